import type { AxisTick, AxisTicks } from './axis';
import { powerLabel, scalarLabels } from './format';
import { hasEveryPower, labelledDigits, logTicks, symlogCandidates, symlogTicks } from './log-ticks';
import { autoTicks } from './ticks';
import type { Colorbar } from './types';

/** A colorbar's ticks: large ones with a label, and small ones, most of them without. */
export interface ColorbarTicks extends AxisTicks {
  readonly minor: readonly AxisTick[];
}

/**
 * The ticks of a colorbar: round values of its scale, each where its colour is, position 0 at the bottom.
 *
 * @param space How many labels have room above each other.
 */
export function colorbarTicks(bar: Colorbar, space: number): ColorbarTicks {
  const { edges, ticks } = bar;
  const low = edges[0]!;
  const high = edges[edges.length - 1]!;
  const placed = (values: readonly number[], labels: readonly string[]): AxisTick[] =>
    values
      .map((value, i) => ({ value, position: positionOf(value, edges), label: labels[i] ?? '' }))
      .filter(({ position }) => position >= -1e-9 && position <= 1 + 1e-9);
  const scalar = (values: readonly number[], minor: readonly AxisTick[] = []): ColorbarTicks => {
    const { labels, offset } = scalarLabels(values, low, high);
    return { ticks: placed(values, labels), offset, minor };
  };
  if (ticks === 'log') {
    const decades = logTicks(low, high, space);
    const major = placed(decades, decades.map(decadeLabel));
    const between = hasEveryPower(low, high, space) ? multiplesOfPowers(low, high) : [];
    const digits = labelledDigits(low, high);
    const minor = placed(
      between.map(({ value }) => value),
      between.map(({ digit, power }) => (digits.includes(digit) ? powerLabel(power, { factor: digit }) : '')),
    );
    if (major.length + minor.filter(({ label }) => label !== '').length > 1) return { ticks: major, offset: '', minor };
    return scalar(autoTicks(low, high, space), minor);
  }
  if (ticks === 'symlog') {
    const values = apart(symlogCandidates(low, high, Math.max(Math.abs(low), Math.abs(high)) * 1e-12), edges, 1 / Math.max(2, 2 * space));
    if (values.length > 1) return { ticks: placed(values, values.map(decadeLabel)), offset: '', minor: [] };
    return scalar(autoTicks(low, high, space));
  }
  if (typeof ticks === 'object' && 'linthresh' in ticks) {
    const powers = symlogTicks(low, high, ticks);
    if (powers.length < 2) return scalar(autoTicks(low, high, space));
    const labels = powers.map(({ sign, exponent }) => (sign === 0 ? '0' : powerLabel(exponent, { sign, base: ticks.base })));
    return { ticks: placed(powers.map(({ value }) => value), labels), offset: '', minor: [] }; // biome-ignore format: one line
  }
  if (ticks === 'edges') {
    const labelled = thinned(edges);
    const rest = edges.filter((value) => !labelled.includes(value));
    return scalar(labelled, placed(rest, []));
  }
  return scalar(ticks === 'linear' ? autoTicks(low, high, space) : ticks);
}

const decadeLabel = (value: number): string =>
  value === 0 ? '0' : powerLabel(Math.round(Math.log10(Math.abs(value))), { sign: Math.sign(value) });

/** 2, 3, ..., 9 times each power of ten between `low` and `high`. */
function multiplesOfPowers(low: number, high: number): { value: number; digit: number; power: number }[] {
  const multiples: { value: number; digit: number; power: number }[] = [];
  const last = Math.floor(Math.log10(high));
  const first = Math.floor(Math.log10(low));
  for (let power = first; power <= last; power++) {
    for (let digit = 2; digit < 10; digit++) {
      const value = Number(`${digit}e${power}`);
      if (value >= low && value <= high) multiples.push({ value, digit, power });
    }
  }
  return multiples;
}

/** At most ten of a boundary norm's boundaries, equally many apart, 0 or what is nearest to it among them: matplotlib's `FixedLocator`. */
function thinned(boundaries: readonly number[]): readonly number[] {
  const step = Math.max(1, Math.ceil(boundaries.length / 10));
  const nearest = (values: readonly number[]) => Math.min(...values.map(Math.abs));
  let best: readonly number[] = [];
  for (let start = 0; start < step; start++) {
    const some = boundaries.filter((_, i) => i % step === start);
    if (start === 0 || nearest(some) < nearest(best)) best = some;
  }
  return best;
}

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
