import { check } from '../../check';
import type { Summarizable } from '../summary';
import type { LayerInfo, Shape } from '../types';
import { boxedTable, type Column } from './boxed';
import { isChain, sourcesOf, totals, withCommas } from './graph';

/** Where each column ends, as fractions of the line. */
const CHAIN_COLUMNS = [0.45, 0.8, 1];
const GRAPH_COLUMNS = [0.3, 0.56, 0.74, 1];
const HEADERS = ['Layer (type)', 'Output Shape', 'Param #', 'Connected to'];

/** Keras asks the terminal for its width and takes 4 less; outside one (a notebook, a pipe) Python says 80. */
const LINE_LENGTH = 76;

/** `print_summary` of Keras 3.15.1: a boxed table, cells broken between words, longer words cut with an ellipsis. */
export function summarizeKeras3(model: Summarizable, lineLength = LINE_LENGTH): string {
  const layers = model.operations ?? model.layers;
  const chain = isChain(layers);
  let end = 0;
  const columns = (chain ? CHAIN_COLUMNS : GRAPH_COLUMNS).map((fraction, i): Column => {
    const start = end;
    end = Math.trunc(fraction * lineLength);
    return { header: HEADERS[i]!, width: end - start, align: i === 2 ? 'right' : 'left' };
  });
  const narrowest = Math.min(...columns.map(({ width }) => width));
  check(
    narrowest > 4,
    'shape',
    () => `lineLength is ${lineLength}: one of the ${columns.length} columns gets ${narrowest} characters, too few.`,
    {
      lineLength,
    },
  );

  const rows = layers.map((layer) => {
    const fields = [`${layer.name} (${layer.className})`, shapeText(layer), withCommas(layer.parameters)];
    const connections = sourcesOf(layer).map((source) => `${source.layer}[${source.call}][${source.tensor}]`);
    return chain ? fields : [...fields, connections.join(', ') || '-'];
  });

  const { trainable, trainableBytes, nonTrainable, nonTrainableBytes } = totals(layers);
  return [
    `Model: "${model.name}"`,
    ...boxedTable(columns, rows, lineLength),
    ` Total params: ${withCommas(trainable + nonTrainable)} (${memory(trainableBytes + nonTrainableBytes)})`,
    ` Trainable params: ${withCommas(trainable)} (${memory(trainableBytes)})`,
    ` Non-trainable params: ${withCommas(nonTrainable)} (${memory(nonTrainableBytes)})`,
  ].join('\n');
}

/** The last call's shape stands for all. */
function shapeText(layer: LayerInfo): string {
  const texts = (layer.calls?.at(-1)?.outputShapes ?? layer.outputShapes).map(
    (shape: Shape) => `(${shape.map((size) => size ?? 'None').join(', ')})`,
  );
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
}

function memory(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${fixed2(value)} ${units[unit]}`;
}

/** Python's '{:.2f}': of a value exactly between two, the even one. `toFixed` takes the larger. */
function fixed2(value: number): string {
  const hundredths = value * 100;
  const below = Math.floor(hundredths);
  const halfway = Number.isInteger(value * 8) && hundredths - below === 0.5;
  return halfway ? ((below % 2 === 0 ? below : below + 1) / 100).toFixed(2) : value.toFixed(2);
}
