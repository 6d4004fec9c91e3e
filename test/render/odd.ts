import { featureGrid, figure, imageAxes, layerGrid, mapFigure } from '../../src/figure';
import { map } from './scene';

const filled = (width: number, height: number, value: number) => ({ width, height, data: new Float32Array(width * height).fill(value) });
const named = (name: string) => ({ ...map(6, 4), channel: 0, layer: { name } });

/** Names as people give them, and as they should not. */
export const names = [
  'a < b & "c" > \'d\'',
  '</text><script>alert(1)</script>',
  'свёртка_1',
  '卷积层',
  '🫁 lungs 👩‍⚕️',
  'طبقة الالتفاف 3',
  'l'.repeat(300),
  'tab\tand\nline',
];

/** Figures that a network can ask for, though hardly anyone does. */
export const odd = {
  'one row': () => mapFigure(map(300, 1), { colorbar: true }),
  'one column': () => mapFigure(map(1, 300)),
  'one value': () => mapFigure(filled(1, 1, 3)),
  '2048 channels': () =>
    featureGrid(
      Array.from({ length: 2048 }, (_, i) => ({ ...map(3, 2), data: map(3, 2).data.map((v) => v + i) })),
      { dpi: 50 },
    ),
  'not a number': () => mapFigure(filled(5, 4, Number.NaN), { colorbar: true }),
  'all infinite': () => mapFigure(filled(5, 4, Number.POSITIVE_INFINITY), { colorbar: true }),
  'both infinities': () => mapFigure({ width: 2, height: 1, data: Float32Array.of(-1 / 0, 1 / 0) }, { colorbar: true }),
  'constants shared': () => featureGrid([filled(5, 4, 7), filled(5, 4, 7)], { shareLimits: true, colorbar: true }),
  names: () => layerGrid(names.map(named)),
  'long titles': () =>
    figure({
      title: names.join(' '),
      axes: [imageAxes({ map: map(4, 4), title: names[6]!, ylabel: names[5]!, colorbar: { label: names[0]! } })],
    }),
  'no axes': () => figure({ axes: [] }),
  'empty cells': () => figure({ columns: 2, axes: [null, imageAxes({ map: map(4, 4) }), null] }),
} as const;
