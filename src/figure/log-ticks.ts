import { tenTo } from './ticks';
import type { SymlogScale } from './types';

/**
 * Powers of ten inside [low, high], both above 0, for an axis with room for `space` ticks: the visible major ticks of matplotlib
 * 3.11's `LogLocator`. Where the range holds many powers, every second, third, ... is taken, multiples of the stride if that fits.
 */
export function logTicks(low: number, high: number, space = 9): number[] {
  const lowPower = Math.log10(low);
  const highPower = Math.log10(high);
  const first = Math.ceil(lowPower);
  const last = Math.floor(highPower);
  const available = last - first + 1;
  let wanted = mostTicks(space);
  const stride = Math.floor(available / (wanted + 1)) + 1;
  const reachable = Math.ceil(available / stride);
  if (reachable <= wanted) wanted = reachable;
  if (wanted <= 0) return [];
  const inside = (power: number) => power >= lowPower - 1e-10 && power <= highPower + 1e-10;
  if (wanted === 1) return [roundHalfEven((lowPower + highPower) / 2)].filter(inside).map(tenTo);
  return decades(first, last, available, wanted).filter(inside).map(tenTo);
}

const mostTicks = (space: number): number => Math.min(9, Math.max(2, space));

/** Whether every power of ten in [low, high] has room for a tick, so that the values between two of them may be marked too. */
export const hasEveryPower = (low: number, high: number, space = 9): boolean =>
  Math.floor(Math.log10(high)) - Math.ceil(Math.log10(low)) + 1 <= mostTicks(space);

function decades(first: number, last: number, available: number, wanted: number): number[] {
  // The largest stride that still gives as many ticks, and an offset that puts them on its multiples where one can.
  let stride = Math.floor((available - 1) / (wanted - 1));
  if (stride < available / wanted) stride = Math.floor(available / wanted);
  const least = Math.max(available - stride * wanted, 0);
  const most = Math.min(available - stride * (wanted - 1), stride);
  let offset = ((-first % stride) + stride) % stride;
  if (!(offset >= least && offset < most)) offset = least;
  const powers: number[] = [];
  for (let power = first + offset; power <= last; power += stride) powers.push(power);
  return powers;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor > 0.5 || (value - floor === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/**
 * Digits from 1 to 9 whose multiples of powers of ten are labelled on an axis from `low` to `high`: only the powers themselves where it
 * shows at least two, 1, 2, 3, 4 and 6 where it does not, and all where it is shorter than two fifths of a decade. The rule of
 * matplotlib 3.11's `LogFormatter`.
 */
export function labelledDigits(low: number, high: number): readonly number[] {
  const [lowPower, highPower] = [Math.log10(low), Math.log10(high)];
  const powers = Math.floor(highPower) - Math.ceil(lowPower) + 1;
  if (powers > 1) return [1];
  return highPower - lowPower > 0.4 ? [1, 2, 3, 4, 6] : [1, 2, 3, 4, 5, 6, 7, 8, 9];
}

/** A power on a symmetric logarithmic axis: its sign and exponent, 0 for the axis' middle. */
export interface SymlogTick {
  readonly value: number;
  readonly sign: -1 | 0 | 1;
  readonly exponent: number;
}

/**
 * 0 and the powers of `base` on either side of it, from the last one below `linthresh` on: the visible ticks of matplotlib 3.11's
 * `SymmetricalLogLocator`. Every second, third, ... where there are more than 15. None where the whole axis is within the straight part.
 */
export function symlogTicks(low: number, high: number, { linthresh, base }: SymlogScale): SymlogTick[] {
  const below = low < -linthresh;
  const above = high > linthresh;
  if (!below && !above) return [];
  const middle = (below && high > -linthresh) || (above && low < linthresh);
  const exponent = (value: number) => Math.log(value) / Math.log(base);
  const range = (from: number, to: number) => [Math.floor(exponent(from)), Math.ceil(exponent(to + 1))] as const;
  const [a, aEnd] = below ? range(-Math.min(-linthresh, high), -low) : [0, 0];
  const [c, cEnd] = above ? range(Math.max(linthresh, low), high) : [0, 0];
  const stride = Math.max(1, Math.floor((aEnd - a + cEnd - c + (middle ? 1 : 0)) / 14));
  const ticks: SymlogTick[] = [];
  const add = (sign: -1 | 1, from: number, to: number) => {
    for (let power = from; power < to; power += stride) {
      const value = sign * (base === 10 ? tenTo(power) : base ** power);
      if (value >= low && value <= high) ticks.push({ value, sign, exponent: power });
    }
  };
  add(-1, a, aEnd);
  ticks.reverse();
  if (middle) ticks.push({ value: 0, sign: 0, exponent: 0 });
  add(1, c, cEnd);
  return ticks;
}

/** 0 and the powers of ten on either side of it, with no regard to room: what a symmetric logarithmic axis may choose from. */
export function symlogCandidates(low: number, high: number, least: number): number[] {
  const ticks: number[] = [];
  const add = (limit: number, sign: number) => {
    for (let power = Math.floor(Math.log10(limit)); power >= Math.ceil(Math.log10(least)); power--) ticks.push(sign * tenTo(power));
  };
  if (high > least) add(high, 1);
  if (low < -least) add(-low, -1);
  if (low <= 0 && high >= 0) ticks.push(0);
  return ticks;
}
