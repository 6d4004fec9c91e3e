import { check } from '../../check';
import type { Summarizable } from '../summary';
import type { LayerInfo, Shape } from '../types';
import { isChain, sourcesOf, totals, withCommas } from './graph';

/** Where each column ends, as fractions of the line. */
const CHAIN_COLUMNS = [0.45, 0.85, 1];
const GRAPH_COLUMNS = [0.33, 0.55, 0.67, 1];
const HEADERS = ['Layer (type)', 'Output Shape', 'Param #', 'Connected to'];

/** `print_summary` of Keras 2.1.6: fixed columns, what does not fit is cut, trailing spaces included. */
export function summarizeKeras2(model: Summarizable, lineLength: number | undefined): string {
  const layers = model.operations ?? model.layers;
  const chain = isChain(layers);
  const length = lineLength ?? (chain ? 65 : 98);
  const ends = (chain ? CHAIN_COLUMNS : GRAPH_COLUMNS).map((end) => Math.trunc(end * length));
  check(
    ends[0]! >= 2,
    'shape',
    () => `lineLength is ${length}: no column fits. Give at least ${chain ? 5 : 7}, or leave it out for ${chain ? 65 : 98}.`,
    { lineLength },
  );
  const nested = new Set(layers.filter((layer) => layer.layers !== undefined).map(({ name }) => name));

  const lines = ['_'.repeat(length), row(HEADERS.slice(0, ends.length), ends), '='.repeat(length)];
  layers.forEach((layer, i) => {
    const fields = [`${layer.name} (${layer.className})`, shapeText(layer), String(layer.parameters)];
    if (chain) {
      lines.push(row(fields, ends));
    } else {
      // Keras 2 counts a nested model's own definition as its call number 0.
      const [first = '', ...more] = sourcesOf(layer).map(
        (source) => `${source.layer}[${source.call + (nested.has(source.layer) ? 1 : 0)}][${source.tensor}]`,
      );
      lines.push(row([...fields, first], ends));
      for (const connection of more) lines.push(row(['', '', '', connection], ends));
    }
    lines.push((i === layers.length - 1 ? '=' : '_').repeat(length));
  });

  const { trainable, nonTrainable } = totals(layers);
  lines.push(
    `Total params: ${withCommas(trainable + nonTrainable)}`,
    `Trainable params: ${withCommas(trainable)}`,
    `Non-trainable params: ${withCommas(nonTrainable)}`,
    '_'.repeat(length),
  );
  return lines.join('\n');
}

/** Each field gives up its last character before the next begins, so that a cut one never touches its neighbour. */
function row(fields: readonly string[], ends: readonly number[]): string {
  let line: string[] = [];
  fields.forEach((field, i) => {
    if (i > 0) line = [...line.slice(0, -1), ' '];
    line = [...line, ...field].slice(0, ends[i]!);
    while (line.length < ends[i]!) line.push(' ');
  });
  return line.join('');
}

/** 'multiple' when the layer's calls give different shapes. */
function shapeText(layer: LayerInfo): string {
  const perCall = (layer.calls ?? []).map(({ outputShapes }) => listText(outputShapes));
  if (new Set(perCall).size > 1) return 'multiple';
  return perCall[0] ?? listText(layer.outputShapes);
}

function listText(shapes: readonly Shape[]): string {
  const texts = shapes.map(tupleText);
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
}

/** Python's own: one axis keeps its comma, '(None,)'. */
function tupleText(shape: Shape): string {
  return `(${shape.map((size) => size ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`;
}
