import { byId, h } from '../dom';
import { percent, shape, short } from '../numbers';
import type { OutputView } from '../protocol';

const SHOWN = 5;

/** The model's largest outputs, with a bar where they are parts of one. `labels`: names of the classes, by number. */
export function showPredictions(outputs: readonly OutputView[], labels: readonly string[]): void {
  byId('labels-hint').hidden = labels.length > 0 || !outputs.some(({ units }) => units > 1);
  byId('predictions').replaceChildren(
    ...outputs.flatMap((output) => {
      if (output.top.length === 0) return [h('li', {}, h('span', {}, `${output.name}: ${shape(output.shape.slice(1))}`), h('span'))];
      return output.top.slice(0, SHOWN).map(({ index, value }) => {
        const part = output.probabilities || (output.units === 1 && value >= 0 && value <= 1) ? value : 0;
        const name =
          output.units === 1 ? output.name : outputs.length > 1 ? `${output.name} ${index}` : (labels[index] ?? `Class ${index}`);
        const text = output.probabilities ? percent(value) : short(value);
        return h('li', { style: `--part:${part}` }, h('span', { title: name }, name), h('span', {}, text));
      });
    }),
  );
}
