import type { Norm } from 'activation-lens';
import type { LayerColoring } from '../coloring';
import { h, svg } from '../dom';
import { count, short } from '../numbers';

const BINS = 56;

/** How often each value occurs in a map; each bar in the colour that its values have. Heights are logarithmic: ReLU's zeros are many. */
export function histogram(values: Float32Array, { colormap, norm }: LayerColoring): HTMLElement {
  const finite = values.filter(Number.isFinite);
  const low = finite.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = finite.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (finite.length === 0) return h('p', { class: 'quiet' }, 'There is no finite value.');
  const bins = new Uint32Array(low === high ? 1 : BINS);
  const width = (high - low) / bins.length || 1;
  for (const value of finite) bins[Math.min(bins.length - 1, Math.floor((value - low) / width))]!++;
  const most = bins.reduce((a, b) => Math.max(a, b), 1);
  const limits = limitsOf(norm, values);
  const bars = [...bins].map((size, i) => {
    const tall = size === 0 ? 0 : Math.max(2, (Math.log1p(size) / Math.log1p(most)) * 90);
    const color = limits ? colorAt(colormap, norm.apply(Math.fround(low + (i + 0.5) * width), limits)) : 'currentColor';
    return svg('rect', { x: (i * 100) / bins.length, y: 90 - tall, width: 100 / bins.length - 0.25, height: tall, fill: color });
  });
  const label = `Histogram of ${count(values.length)} values from ${short(low)} to ${short(high)}; the fullest bar holds ${count(most)}.`;
  return h(
    'div',
    {},
    svg('svg', { class: 'histogram', viewBox: '0 0 100 90', preserveAspectRatio: 'none', role: 'img', 'aria-label': label }, ...bars),
    h('p', { class: 'histogram-scale' }, h('span', {}, short(low)), h('span', {}, 'how many, logarithmic'), h('span', {}, short(high))),
  );
}

export function limitsOf(norm: Norm, values: Float32Array): ReturnType<Norm['limits']> | undefined {
  try {
    return norm.limits(values);
  } catch {
    return undefined;
  }
}

/** A CSS colour of the table at a position from 0 to 1. */
export function colorAt({ table, rows }: LayerColoring['colormap'], position: number): string {
  if (Number.isNaN(position)) return 'transparent';
  const row = Math.max(0, Math.min(rows - 1, Math.floor(position * rows)));
  const [red, green, blue] = table.subarray(row * 4, row * 4 + 3);
  return `rgb(${red} ${green} ${blue})`;
}
