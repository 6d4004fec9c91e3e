import { scalarLabels, type TickLabels } from './format';
import { autoTicks, integerTicks } from './ticks';
import type { TickChoice } from './types';

/** A tick that is drawn: where, in parts of the axis from its start (`limits[0]`) to its end, and its text. */
export interface AxisTick {
  readonly value: number;
  readonly position: number;
  readonly label: string;
}

/** An axis' ticks, and the factor that stands beside it, if any. */
export interface AxisTicks {
  readonly ticks: readonly AxisTick[];
  readonly offset: string;
}

/**
 * The ticks of an axis that runs linearly from `limits[0]` to `limits[1]`.
 *
 * @param space How many tick labels have room beside each other, for 'auto'.
 */
export function axisTicks(choice: TickChoice, limits: readonly [number, number], space: number, texts?: readonly string[]): AxisTicks {
  const [start, end] = limits;
  const low = Math.min(start, end);
  const high = Math.max(start, end);
  const slack = 1e-9 * (high - low);
  const values = choice === 'integer' ? integerTicks(low, high) : choice === 'auto' ? autoTicks(low, high, space) : choice;
  const own = typeof choice !== 'string' && texts !== undefined;
  const { labels, offset }: TickLabels = own ? { labels: texts, offset: '' } : scalarLabels(values, low, high);
  const ticks = values
    .map((value, i) => ({ value, position: (value - start) / (end - start), label: labels[i] ?? '' }))
    .filter(({ value }) => value >= low - slack && value <= high + slack);
  return { ticks, offset };
}

/** How many tick labels fit on an axis `length` points long, as matplotlib guesses: three sizes wide on x, two lines high on y. */
export const tickSpace = (length: number, fontSize: number, axis: 'x' | 'y'): number =>
  Math.floor(length / (fontSize * (axis === 'x' ? 3 : 2)));
