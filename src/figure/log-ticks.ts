import { tenTo } from './ticks';

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
  let wanted = Math.min(9, Math.max(2, space));
  const stride = Math.floor(available / (wanted + 1)) + 1;
  const reachable = Math.ceil(available / stride);
  if (reachable <= wanted) wanted = reachable;
  if (wanted <= 0) return [];
  const inside = (power: number) => power >= lowPower - 1e-10 && power <= highPower + 1e-10;
  if (wanted === 1) return [roundHalfEven((lowPower + highPower) / 2)].filter(inside).map(tenTo);
  return decades(first, last, available, wanted).filter(inside).map(tenTo);
}

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
