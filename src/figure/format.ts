import { floorDivide, tenTo } from './ticks';

/** The texts of an axis' ticks, and the factor or offset that stands beside the axis when they are shortened by one ('1e−5'). */
export interface TickLabels {
  readonly labels: readonly string[];
  readonly offset: string;
}

/**
 * Labels for `ticks` on an axis from `low` to `high` as matplotlib 3.11's `ScalarFormatter` writes them: as many decimals as tell the
 * ticks apart, one power of ten for all when they are small (1e-5 and less) or large (1e6 and more), an offset when at least four
 * leading digits are the same, and U+2212 for minus.
 */
export function scalarLabels(ticks: readonly number[], low: number, high: number): TickLabels {
  const [vmin, vmax] = low <= high ? [low, high] : [high, low];
  const visible = ticks.filter((tick) => tick >= vmin && tick <= vmax);
  const offset = commonOffset(visible);
  const magnitude = orderOfMagnitude(visible, offset, vmin, vmax);
  const decimals = decimalsFor(ticks, offset, magnitude, vmin, vmax);
  const power = tenTo(magnitude);
  const labels = ticks.map((tick) => {
    const value = (tick - offset) / power;
    return minus((Math.abs(value) < 1e-8 ? 0 : value).toFixed(decimals));
  });
  const factor = magnitude === 0 ? '' : `1e${magnitude}`;
  const shift = offset === 0 ? '' : `${offset > 0 ? '+' : ''}${scientific(offset)}`;
  return { labels, offset: minus(factor + shift) };
}

/** A power with a raised exponent, in plain text: '10⁻³', '−2⁴', '3×10²'. */
export function powerLabel(exponent: number, { sign = 1, base = 10, factor = 1 } = {}): string {
  const raised = [...String(exponent)].map((c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)])).join('');
  return `${sign < 0 ? '−' : ''}${factor === 1 ? '' : `${factor}×`}${base}${raised}`;
}

const minus = (text: string): string => text.replaceAll('-', '−');

function commonOffset(visible: readonly number[]): number {
  if (visible.length === 0) return 0;
  const low = Math.min(...visible);
  const high = Math.max(...visible);
  if (low === high || (low <= 0 && high >= 0)) return 0;
  const least = Math.min(Math.abs(low), Math.abs(high));
  const most = Math.max(Math.abs(low), Math.abs(high));
  const first = Math.ceil(Math.log10(most));
  const cut = (value: number, power: number) => floorDivide(value, tenTo(power));
  let power = first;
  while (cut(least, power) === cut(most, power)) power--;
  power++;
  if ((most - least) / tenTo(power) <= 1e-2) {
    power = first;
    while (cut(most, power) - cut(least, power) <= 1) power--;
    power++;
  }
  const kept = cut(most, power);
  return kept >= 1000 ? Math.sign(low) * kept * tenTo(power) : 0;
}

function orderOfMagnitude(visible: readonly number[], offset: number, vmin: number, vmax: number): number {
  if (visible.length === 0) return 0;
  const largest = Math.max(...visible.map(Math.abs));
  if (offset === 0 && largest === 0) return 0;
  const order = Math.floor(Math.log10(offset === 0 ? largest : vmax - vmin));
  return order <= -5 || order >= 6 ? order : 0;
}

function decimalsFor(ticks: readonly number[], offset: number, magnitude: number, vmin: number, vmax: number): number {
  const scaled = (values: readonly number[]) => values.map((value) => (value - offset) / tenTo(magnitude));
  const values = scaled(ticks);
  const spread = ticks.length < 2 ? scaled([...ticks, vmin, vmax]) : values;
  let range = Math.max(...spread) - Math.min(...spread);
  if (range === 0) range = Math.max(...spread.map(Math.abs)) || 1;
  const order = Math.floor(Math.log10(range));
  let decimals = Math.max(0, 3 - order);
  const threshold = 1e-3 * tenTo(order);
  while (decimals >= 0 && values.every((value) => Math.abs(value - round(value, decimals)) < threshold)) decimals--;
  return Math.min(100, decimals + 1);
}

/** numpy's `round`: halves go to the even neighbour. */
function round(value: number, decimals: number): number {
  const power = tenTo(decimals);
  const scaled = value * power;
  const floor = Math.floor(scaled);
  const up = scaled - floor > 0.5 || (scaled - floor === 0.5 && floor % 2 !== 0);
  return (up ? floor + 1 : floor) / power;
}

function scientific(value: number): string {
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  const significand = Number((value / tenTo(exponent)).toFixed(10));
  const text = String(Number(significand.toPrecision(10)));
  return exponent === 0 ? text : `${text}e${exponent}`;
}
