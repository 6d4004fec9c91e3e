/** Words of a `Scale`; the last two are the keys of the smallest and largest value. */
export const SCALE_WORDS = 17;
/** How far from a whole number a guessed row must be, times the rows, to be taken: between any limits, and between those that are float32. `scaleOf` says why. */
const GUESS_MARGIN = { any: 2 ** -18, exact: 2 ** -20 };

/** How a place in the palette of a colormap is read off a float's bits. */
export interface GuessBits {
  /** What is added to a place: the power of two above all of them, so that the float's exponent is always the same. */
  readonly base: number;
  /** Bits behind the point. */
  readonly shift: number;
  /** In units of the last of them, how near to a whole number a place is in doubt: for any limits, and for those that are float32. */
  readonly margins: { readonly any: number; readonly exact: number };
}

/** The bits for a colormap of so many rows. */
export function guessBits(rows: number): GuessBits {
  const bits = 32 - Math.clz32(rows + 2);
  const shift = 23 - bits;
  // One unit more, because the sum with the base is rounded.
  const units = (margin: number) => Math.ceil(rows * margin * 2 ** shift) + 1;
  return { base: 2 ** bits, shift, margins: { any: units(GUESS_MARGIN.any), exact: units(GUESS_MARGIN.exact) } };
}

/** What the fold kernel finds out for one channel, or for all that share limits. */
export const scaleStruct = /* wgsl */ `
const ORDINARY: u32 = 0u;
// A NaN among the values, or limits between which nothing has a place: all is bad.
const BAD: u32 = 1u;
// One value only: all is the first row.
const CONSTANT: u32 = 2u;
// The largest value is infinite: what is finite is the first row.
const ENDLESS: u32 = 3u;
// No bits of a number: a NaN's.
const NO_BITS: i32 = 0x7fffffff;

struct Scale {
  kind: u32,
  // vmin as a float64 with leading bit 61 of (hi, lo); vmax - vmin as one with leading bit 52.
  negative: u32, e: i32, hi: u32, lo: u32,
  rangeE: i32, rangeHi: u32, rangeLo: u32,
  // A place in the palette may be guessed as (x - guessFrom) * guessScale + 2. With the guess' base added, its bits are clamped between
  // 'lowest' and 'highest'. It is right if it is 'margin' or more from a whole number; where 'margin' is a whole it never is known to be.
  guessFrom: f32, guessScale: f32, lowest: i32, highest: i32, margin: u32,
  // The bits of a value that is vmin or vmax itself.
  vminBits: i32, vmaxBits: i32,
  // Keys of the smallest and largest value.
  low: i32, high: i32
}
`;

const realFunctions = /* wgsl */ `
// A limit that the norm was made with (given = 1) as a float64: sign and exponent, 53-bit integer. The center, if given, is a float32.
struct Given { given: u32, negative: u32, e: i32, hi: u32, lo: u32, padding0: u32, padding1: u32, padding2: u32 }
// 'base', 'whole' and the margins: the guess' bits; 'whole' is one row.
struct Settings {
  vmin: Given, vmax: Given, center: Given,
  rows: u32, tables: u32, base: u32, whole: u32, margin: u32, exactMargin: u32, padding0: u32, padding1: u32
}

// With leading bit 61; 0 below all that is not.
fn placed(a: Real) -> Real {
  let up = raised(a);
  return Real(up.negative, select(up.e + 1, -100000, (up.hi | up.lo) == 0u), up.hi >> 1u, (up.lo >> 1u) | (up.hi << 31u));
}

fn realOf(key: i32) -> Real {
  let bits = keyBits(key);
  let subnormal = (bits & 0x7f800000u) == 0u;
  let fraction = bits & 0x7fffffu;
  let e = select(i32((bits >> 23u) & 255u) - 150, -149, subnormal);
  return placed(Real(bits >> 31u == 1u, e, 0u, select(fraction | 0x800000u, fraction, subnormal)));
}

fn limitOf(found: Real, fixed: Given) -> Real {
  if (fixed.given == 0u) { return found; }
  return placed(Real(fixed.negative == 1u, fixed.e, fixed.hi, fixed.lo));
}

fn minus(a: Real, b: Real) -> Real { return sum(a, Real(!b.negative, b.e, b.hi, b.lo)); }

// The exponent of the leading bit of a placed number.
fn top(a: Real) -> i32 { return a.e + 61; }

// A sum as float64 (wide) or float32 has it, placed: nearest, ties to even. (A float32 sum that is subnormal is exact.)
fn rounded(a: Real, wide: bool) -> Real {
  let n = raised(a);
  // What is dropped: 10 bits of lo, or all of it and 7 of hi.
  let rest = select(n.hi & 0x7fu, n.lo & 0x3ffu, wide);
  let half = select(0x40u, 0x200u, wide);
  let more = !wide && n.lo != 0u;
  let odd = select((n.hi & 0x80u) != 0u, (n.lo & 0x400u) != 0u, wide);
  let up = rest > half || (rest == half && (more || odd));
  let keptLo = select(0u, n.lo & 0xfffffc00u, wide);
  let lo = keptLo + select(0u, 0x400u, wide && up);
  let carry = wide && up && lo == 0u;
  let hi = select(n.hi & 0xffffff80u, n.hi, wide) + select(0u, 0x80u, !wide && up) + select(0u, 1u, carry);
  // Rounding up to the next power of two sets bit 63.
  let long = hi >> 31u;
  return Real(n.negative, select(n.e + 1 + i32(long), -100000, (hi | lo) == 0u), hi >> (1u + long), select((lo >> 1u) | (hi << 31u), 0u, long == 1u));
}

fn same(a: Real, b: Real) -> bool {
  return (a.hi | a.lo | b.hi | b.lo) == 0u || (a.negative == b.negative && a.e == b.e && a.hi == b.hi && a.lo == b.lo);
}

struct Limits { vmin: Real, vmax: Real, bad: bool }
`;

const toScale = /* wgsl */ `
// The bits of a placed number as a float32, the rest cut off; 0 if it is that small.
fn floatBits(a: Real) -> i32 {
  let bits = (u32(top(a) + 127) << 23u) | ((a.hi >> 6u) & 0x7fffffu) | select(0u, 0x80000000u, a.negative);
  return select(bitcast<i32>(bits), 0, top(a) < -126);
}

fn isFloat(a: Real) -> bool {
  return (a.hi | a.lo) == 0u || (a.lo == 0u && (a.hi & 63u) == 0u && top(a) >= -126);
}

fn scaleOf(low: i32, high: i32) -> Scale {
  let autoLow = settings.vmin.given == 0u;
  let autoHigh = settings.vmax.given == 0u;
  let centered = settings.center.given == 1u;
  var limits = Limits(limitOf(realOf(low), settings.vmin), limitOf(realOf(high), settings.vmax), false);
  if (centered) { limits = limitsAround(realOf(low), realOf(high)); }
  let vmin = limits.vmin;
  let vmax = limits.vmax;
  let range = rounded(minus(vmax, vmin), true);

  // Given limits are finite.
  let searched = autoLow || autoHigh;
  let nan = searched && high == NAN_KEY;
  let endlessBelow = autoLow && (low == LOWEST || low == HIGHEST);
  let infinite = endlessBelow || (autoHigh && high == LOWEST) || (centered && (low == LOWEST || high == HIGHEST));
  let constant = !nan && !(centered && (infinite || limits.bad)) && (range.hi | range.lo) == 0u;
  let bad = nan || (!constant && (range.negative || infinite || limits.bad));
  let endless = !constant && !bad && autoHigh && high == HIGHEST;
  let kind = select(select(select(ORDINARY, ENDLESS, endless), CONSTANT, constant), BAD, bad);

  // Floats make a good guess when they neither flush nor overflow. Then x - guessFrom is the exact difference but for its last bit, and
  // its product with rows / (vmax - vmin) is off by 4 units in the last place at most, 2^-21 of the rows; a limit that is no float32 adds
  // as much as 5 ranges times a last place if it is not far out, which makes less than 2^-19. The margins are twice that.
  let exact = isFloat(vmin) && isFloat(vmax);
  let tame = kind == ORDINARY && abs(top(range)) <= 100 && top(vmin) <= 100 && (exact || top(vmin) <= top(range) + 2);
  let guessFrom = bitcast<f32>(floatBits(vmin));
  let guess = select(0.0, f32(settings.rows) / (bitcast<f32>(floatBits(vmax)) - guessFrom), tame);
  let margin = select(select(settings.whole, 0u, bad || constant), select(settings.margin, settings.exactMargin, exact), tame);
  // Nothing is below a limit that is the smallest value: the first row has no edge there. Below a given one begins 'under', half a place on.
  var lowest = select(1.5, 2.5, autoLow && !centered);
  var highest = f32(settings.rows) + select(2.5, 1.5, autoHigh && !centered);
  lowest = select(lowest, select(2.5, 0.5, bad), bad || constant);
  highest = select(highest, lowest, bad || constant);
  return Scale(kind, select(0u, 1u, vmin.negative), vmin.e, vmin.hi, vmin.lo,
    range.e + 9, range.hi >> 9u, (range.lo >> 9u) | (range.hi << 23u),
    guessFrom, guess, bitcast<i32>(f32(settings.base) + lowest), bitcast<i32>(f32(settings.base) + highest), margin,
    select(NO_BITS, floatBits(vmin), tame && isFloat(vmin)), select(NO_BITS, floatBits(vmax), tame && isFloat(vmax)),
    low, high);
}
`;

const centeredLimits = /* wgsl */ `
// matplotlib's CenteredNorm: as far as the data reaches, in float32; then one limit made the mirror image of the other, in float64.
fn limitsAround(low: Real, high: Real) -> Limits {
  let center = limitOf(low, settings.center);
  let below = rounded(minus(center, low), false);
  let above = rounded(minus(high, center), false);
  let belowIsMore = minus(above, below).negative;
  let reach = Real(false, select(above.e, below.e, belowIsMore), select(above.hi, below.hi, belowIsMore), select(above.lo, below.lo, belowIsMore));
  let first = rounded(minus(center, reach), false);
  let last = rounded(sum(center, reach), false);
  let twice = Real(center.negative, center.e + 1, center.hi, center.lo);
  let symmetrical = same(rounded(minus(twice, first), true), last) && top(first) < 128;
  let mirrored = rounded(minus(twice, last), true);
  var vmin = mirrored;
  if (symmetrical) { vmin = first; }
  return Limits(vmin, last, top(reach) >= 128 || top(last) >= 128);
}
`;

const plainLimits = /* wgsl */ `
fn limitsAround(low: Real, high: Real) -> Limits { return Limits(low, high, false); }
`;

/** From the smallest and largest key to a scale: `scaleOf(low, high)`. Goes behind `floatKeys`, `exactSums`, `scaleStruct` and a uniform `settings`. */
export function scaleFunctions(centered: boolean): string {
  return `${realFunctions}${centered ? centeredLimits : plainLimits}${toScale}`;
}
