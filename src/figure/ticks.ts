/** What `maxNTicks` may choose from. */
export interface TickOptions {
  /** At most so many intervals, so at most one tick more. Default 9. */
  readonly nbins?: number;
  /** Nice step sizes between 1 and 10, both included. */
  readonly steps?: readonly number[];
  /** Integers only, unless the range is too short to hold two. Default false. */
  readonly integer?: boolean;
}

const minimumTicks = 2;

/**
 * Tick positions inside [low, high], rising: the visible ones of matplotlib 3.11's `MaxNLocator(nbins, steps, integer).tick_values`.
 * The order of the limits does not matter. Limits that are not finite have no ticks.
 */
export function maxNTicks(low: number, high: number, options: TickOptions = {}): number[] {
  const { nbins = 9, steps = [1, 2, 2.5, 5, 10], integer = false } = options;
  if (!Number.isFinite(high - low)) return [];
  const [vmin, vmax] = nonsingular(low, high);
  const { scale, offset } = scaleRange(vmin, vmax, nbins);
  const from = vmin - offset;
  const to = vmax - offset;
  let sizes = staircase(steps).map((step) => step * scale);
  if (integer) sizes = sizes.filter((step) => step < 1 || Math.abs(step - Math.round(step)) < 0.001);
  const rawStep = (to - from) / nbins;
  const large = sizes.findIndex((step) => step >= rawStep);
  let ticks: number[] = [];
  // The smallest step that is large enough; smaller ones only where it leaves fewer than two ticks.
  for (let i = large < 0 ? sizes.length - 1 : large; i >= 0; i--) {
    let step = sizes[i]!;
    if (integer && Math.floor(to) - Math.ceil(from) >= minimumTicks - 1) step = Math.max(1, step);
    const start = floorDivide(from, step) * step;
    const first = lastMultiple(from - start, step, offset);
    const last = firstMultiple(to - start, step, offset);
    ticks = [];
    for (let k = first; k <= last; k++) ticks.push(k * step + start);
    if (ticks.filter((tick) => tick >= from && tick <= to).length >= minimumTicks) break;
  }
  const slack = 1e-10 * Math.abs(high - low);
  const least = Math.min(low, high) - slack;
  const most = Math.max(low, high) + slack;
  return ticks.map((tick) => tick + offset).filter((tick) => tick >= least && tick <= most);
}

/** The ticks that matshow puts on an axis from `low` to `high`: `MaxNLocator(nbins=9, steps=[1, 2, 5, 10], integer=True)`. */
export const integerTicks = (low: number, high: number): number[] =>
  maxNTicks(low, high, { nbins: 9, steps: [1, 2, 5, 10], integer: true });

/** The ticks of an ordinary axis that has room for `space` of them: `AutoLocator`. */
export const autoTicks = (low: number, high: number, space = 9): number[] =>
  maxNTicks(low, high, { nbins: Math.min(9, Math.max(1, space)) });

/** Ten to an integer power, exactly rounded (`10 ** -5` is not on every engine). */
export const tenTo = (exponent: number): number => Number(`1e${exponent}`);

/** A range that is neither empty nor turned round. */
function nonsingular(a: number, b: number): [number, number] {
  const expander = 1e-13;
  const tiny = 1e-14;
  let low = Math.min(a, b);
  let high = Math.max(a, b);
  const largest = Math.max(Math.abs(low), Math.abs(high));
  if (largest < (1e6 / tiny) * 2.2250738585072014e-308) return [-expander, expander];
  if (high - low <= largest * tiny) {
    low -= expander * Math.abs(low);
    high += expander * Math.abs(high);
  }
  return [low, high];
}

function scaleRange(low: number, high: number, n: number): { scale: number; offset: number } {
  const range = Math.abs(high - low);
  const mean = (high + low) / 2;
  const offset = Math.abs(mean) / range < 100 ? 0 : Math.sign(mean) * tenTo(Math.floor(Math.log10(Math.abs(mean))));
  return { scale: tenTo(Math.floor(Math.log10(range / n))), offset };
}

const staircase = (steps: readonly number[]): number[] => [...steps.slice(0, -1).map((step) => 0.1 * step), ...steps, 10 * steps[1]!];

/** Python's `a // b` for b > 0: not always the floor of the rounded quotient. */
export function floorDivide(a: number, b: number): number {
  return divide(a, b)[0];
}

/** Python's `divmod`. */
function divide(a: number, b: number): [number, number] {
  let rest = a % b;
  if (rest < 0) rest += b;
  const quotient = (a - rest) / b;
  const floor = Math.floor(quotient);
  return [quotient - floor > 0.5 ? floor + 1 : floor, rest];
}

/** The largest n with n * step <= x, and the smallest with n * step >= x, forgiving what a large offset took from the precision. */
function lastMultiple(x: number, step: number, offset: number): number {
  const [n, rest] = divide(x, step);
  return isClose(rest / step, 1, step, offset) ? n + 1 : n;
}

function firstMultiple(x: number, step: number, offset: number): number {
  const [n, rest] = divide(x, step);
  return isClose(rest / step, 0, step, offset) ? n : n + 1;
}

function isClose(part: number, edge: number, step: number, offset: number): boolean {
  const tolerance = offset === 0 ? 1e-10 : Math.min(0.4999, Math.max(1e-10, 10 ** (Math.log10(Math.abs(offset) / step) - 12)));
  return Math.abs(part - edge) < tolerance;
}
