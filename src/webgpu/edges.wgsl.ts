/**
 * The exact edges of `normalize`, as `binEdges` would find them. `edge(scale, i)` asks for a row: which is the smallest float32 x for which
 * fround(fround(x - vmin) / (vmax - vmin)), times rows, is at least the row's number? Rounding never reverses an order, so each step can
 * be undone by itself: the row's first quotient is a constant (`rowThresholds`), times the range (a product of integers) it is the first
 * difference, plus vmin (a sum of integers) it is the first x. No search, no division, no float.
 *
 * Goes behind `floatKeys`, `exactSums`, `scaleStruct` and declarations of `thresholds: array<Threshold>` and `ROWS: u32`.
 */
export const edgeFunctions = /* wgsl */ `
// The first quotient of row i (1 to ROWS, which is over): see rowThresholds.
struct Threshold { fraction: u32, e: i32, strict: u32, padding: u32 }

// A float32 difference: a 24-bit integer times 2^e, nothing but bits.
struct Difference { mantissa: u32, e: i32 }

// a * b as (hi, lo).
fn product(a: u32, b: u32) -> vec2<u32> {
  let al = a & 0xffffu; let ah = a >> 16u; let bl = b & 0xffffu; let bh = b >> 16u;
  let low = al * bl;
  let middle = ah * bl + (low >> 16u);
  let middle2 = al * bh + (middle & 0xffffu);
  return vec2<u32>(ah * bh + (middle >> 16u) + (middle2 >> 16u), (middle2 << 16u) | (low & 0xffffu));
}

// Where a float32 is subnormal, its last bit is 2^-149.
fn cut(mantissa: u32, e: i32) -> Difference {
  let n = u32(clamp(-149 - e, 0, 31));
  return Difference(mantissa >> n, max(e, -149));
}

// The smallest float32 difference whose quotient is at least the row's first.
fn firstDifference(scale: Scale, row: Threshold) -> Difference {
  // A quotient is a float64 before it is a float32, hence half a float64's step below the fraction, or above if that does not itself
  // belong: 2^29 fraction -+ 1, times the range, 107 bits in four words.
  let hi = scale.rangeHi;
  let lo = scale.rangeLo;
  let p = product(row.fraction, lo);
  let q = product(row.fraction, hi);
  let a1 = p.x + q.y;
  let a2 = q.x + select(0u, 1u, a1 < p.x);
  let w0 = p.y << 29u;
  let w1 = (a1 << 29u) | (p.y >> 3u);
  let w2 = (a2 << 29u) | (a1 >> 3u);
  let w3 = a2 >> 3u;
  let strict = row.strict == 1u;
  let carry0 = select(0u, 1u, w0 + lo < lo);
  let more1 = w1 + hi + carry0;
  let carry = select(0u, 1u, more1 < hi || (carry0 == 1u && more1 == hi));
  let borrow = select(0u, 1u, w1 < hi + select(0u, 1u, w0 < lo));
  let x2 = select(w2 - borrow, w2 + carry, strict);
  let x3 = select(w3 - select(0u, 1u, borrow == 1u && w2 == 0u), w3 + select(0u, 1u, carry == 1u && x2 == 0u), strict);
  let long = x3 >= 0x400u;
  let top = select((x3 << 14u) | (x2 >> 18u), (x3 << 13u) | (x2 >> 19u), long);
  let below = cut(top, row.e - 29 + scale.rangeE + select(82, 83, long));
  // The product has more than 24 bits whatever the range, so the float32 at or above it is the next one.
  let mantissa = below.mantissa + 1u;
  let carried = mantissa == 0x1000000u;
  let e = select(below.e, below.e + 1, carried);
  // Past the largest float32 only an infinite difference is left.
  return Difference(select(mantissa, 0x800000u, carried || e > 104), min(e, 105));
}

// The largest difference below 0, sign off, whose quotient still rounds to -0.
fn zeroDifference(scale: Scale) -> Difference {
  return cut((scale.rangeHi << 3u) | (scale.rangeLo >> 29u), scale.rangeE + 29 - 150);
}

// The smallest float32 at or above a sum (above only, if strict), as a key.
fn ceilingKey(a: Real, strict: bool) -> i32 {
  let n = raised(a);
  let coarser = u32(clamp(-149 - (n.e + 39), 0, 25));
  let magnitude = (n.hi >> 7u) >> coarser;
  let rest = (n.lo | (n.hi & ((128u << coarser) - 1u))) != 0u;
  let exponent = n.e + 39 + i32(coarser);
  let normal = select((u32(exponent + 150) << 23u) | (magnitude & 0x7fffffu), 0x7f800000u, exponent > 104);
  let bits = select(magnitude, normal, magnitude >= 0x800000u);
  let up = min(bits + select(0u, 1u, rest || strict), 0x7f800000u);
  // Towards zero is upwards for a negative sum; an exact zero is -0 here.
  let zero = (n.hi | n.lo) == 0u;
  let down = select(bits - select(0u, 1u, !rest && strict), 0x7f7fffffu, bits >= 0x7f800000u);
  return bitcast<i32>(select(up, down ^ 0xffffffffu, a.negative || (zero && !strict)));
}

fn edge(scale: Scale, i: u32) -> i32 {
  let endless = scale.kind == ENDLESS;
  let negative = i < 2u;
  let row = firstDifference(scale, thresholds[clamp(i, 2u, ROWS + 1u) - 2u]);
  let zero = zeroDifference(scale);
  // Differences that are infinite begin 2^103 below 2^128, and so do those below 0.
  let mantissa = select(select(row.mantissa, zero.mantissa, negative), 0x800000u, endless);
  let e = select(select(row.e, zero.e, negative), 105, endless);
  // Halfway to the next float32 below, which is half as far where the exponent changes; a tie goes to the even one.
  let power = mantissa == 0x800000u && e > -149 && (endless || !negative);
  let between = select(select(2u * mantissa - 1u, 2u * mantissa + 1u, negative), 0x1ffffffu, power);
  let betweenE = select(e - 1, e - 2, power);
  let strict = select((mantissa & 1u) == 1u, negative, endless);
  // Leading bit 61, and half a float64's step away: what still rounds to the middle, or no longer does.
  let n = countLeadingZeros(between) - 7u;
  let smaller = strict == negative;
  let middle = Real(negative, betweenE - i32(n) - 37, ((between << n) << 5u) - select(0u, 1u, smaller), select(0x100u, 0xffffff00u, smaller));
  var key = ceilingKey(sum(Real(scale.negative == 1u, scale.e, scale.hi, scale.lo), middle), strict);
  key = select(key, max(key, LOWEST + 1), endless);
  key = select(key, LOWEST, (scale.kind == ORDINARY && i == 0u) || (scale.kind == CONSTANT && i < 2u));
  return select(key, UNREACHED, (scale.kind == ORDINARY && i == ROWS + 2u) || (scale.kind == CONSTANT && i >= 2u) || scale.kind == BAD);
}
`;
