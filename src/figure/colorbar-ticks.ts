import type { AxisTick, AxisTicks } from './axis';
import { powerLabel, scalarLabels } from './format';
import { logTicks, symlogCandidates } from './log-ticks';
import { autoTicks } from './ticks';
import type { Colorbar } from './types';

/**
 * The ticks of a colorbar: round values of its scale, each where its colour is, position 0 at the bottom.
 *
 * @param space How many labels have room above each other.
 */
export function colorbarTicks(bar: Colorbar, space: number): AxisTicks {
  const { edges } = bar;
  const low = edges[0]!;
  const high = edges[edges.length - 1]!;
  const placed = (values: readonly number[], labels: readonly string[]): AxisTick[] =>
    values
      .map((value, i) => ({ value, position: positionOf(value, edges), label: labels[i]! }))
      .filter(({ position }) => position >= -1e-9 && position <= 1 + 1e-9);
  if (bar.ticks === 'log') {
    const decades = logTicks(low, high, space);
    if (decades.length > 1) return { ticks: placed(decades, decades.map(powerText)), offset: '' };
  }
  if (bar.ticks === 'symlog') {
    const values = apart(symlogCandidates(low, high, Math.max(Math.abs(low), Math.abs(high)) * 1e-12), edges, 1 / Math.max(2, 2 * space));
    if (values.length > 1) return { ticks: placed(values, values.map(powerText)), offset: '' };
  }
  const values = bar.ticks === 'edges' ? edges : typeof bar.ticks === 'string' ? autoTicks(low, high, space) : bar.ticks;
  const { labels, offset } = scalarLabels(values, low, high);
  return { ticks: placed(values, labels), offset };
}

/** Small marks without a label at 2, 3, ..., 9 times each power of ten, on a logarithmic bar. */
export function minorPositions(bar: Colorbar): number[] {
  if (bar.ticks !== 'log') return [];
  const low = bar.edges[0]!;
  const high = bar.edges[bar.edges.length - 1]!;
  const positions: number[] = [];
  const last = Math.floor(Math.log10(high));
  const first = Math.floor(Math.log10(low));
  if (last - first > 9) return [];
  for (let power = first; power <= last; power++) {
    for (let k = 2; k < 10; k++) {
      const value = k * 10 ** power;
      if (value >= low && value <= high) positions.push(positionOf(value, bar.edges));
    }
  }
  return positions;
}

const powerText = (value: number): string => (value === 0 ? '0' : powerLabel(Math.round(Math.log10(Math.abs(value))), value));

/** Where a value lies between the edges, each colour as high as the next; linear within a colour. */
function positionOf(value: number, edges: readonly number[]): number {
  const bins = edges.length - 1;
  let low = 0;
  let high = bins;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= value) low = middle;
    else high = middle;
  }
  const width = edges[high]! - edges[low]!;
  return (low + (width > 0 ? (value - edges[low]!) / width : 0)) / bins;
}

/** Those that keep a distance from each other, 0 and the ends first, then from the ends towards 0. Rising. */
function apart(candidates: readonly number[], edges: readonly number[], distance: number): number[] {
  const kept: number[] = [];
  const order = [...candidates].sort((a, b) => (a === 0 ? -1 : b === 0 ? 1 : Math.abs(b) - Math.abs(a)));
  for (const value of order) {
    const position = positionOf(value, edges);
    if (kept.every((other) => Math.abs(positionOf(other, edges) - position) >= distance)) kept.push(value);
  }
  return kept.sort((a, b) => a - b);
}
