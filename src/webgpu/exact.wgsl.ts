/** What every kernel knows of float32: values as integers that rise with them. */
export const floatKeys = /* wgsl */ `
const HIGHEST: i32 = 0x7f800000;
const LOWEST: i32 = -0x7f800001;
// Past +infinity: an edge that no value reaches, and every NaN, so that the largest of several keys tells of a NaN among them.
const UNREACHED: i32 = 0x7f800001;
const NAN_KEY: i32 = 0x7f800001;

// NaN keys are past those of the infinities, on either side.
fn rawKey(bits: i32) -> i32 { return select(bits, bits ^ 0x7fffffff, bits < 0); }

fn orderedKey(bits: i32) -> i32 {
  let key = rawKey(bits);
  return select(key, NAN_KEY, key > HIGHEST || key < LOWEST);
}

// Infinite or NaN. (The exponent is looked at because a compiler may take it that floats are never NaN.)
fn isSpecial(bits: i32) -> bool { return (bits & HIGHEST) == HIGHEST; }

fn keyBits(key: i32) -> u32 {
  return bitcast<u32>(key ^ ((key >> 31u) & 0x7fffffff));
}
`;

/**
 * Sums of floats as integers: a GPU's own arithmetic may flush subnormals and fuse. A `Real` is a sign and the 64-bit integer (hi, lo)
 * times 2^e. No branches and no early returns: where a "GPU" is a processor, both sides of a branch cost, and a return inside one more.
 */
export const exactSums = /* wgsl */ `
struct Real { negative: bool, e: i32, hi: u32, lo: u32 }

// The leading bit moves to bit 62. Not for numbers that have it there or above.
fn raised(a: Real) -> Real {
  let zeros = select(countLeadingZeros(a.hi), 32u + countLeadingZeros(a.lo), a.hi == 0u);
  let n = select(zeros - 1u, 0u, (a.hi | a.lo) == 0u);
  let words = n >= 32u;
  let hi = select(a.hi, a.lo, words);
  let lo = select(a.lo, 0u, words);
  let m = n & 31u;
  return Real(a.negative, a.e - i32(n), (hi << m) | ((lo >> 1u) >> (31u - m)), lo << m);
}

// a + b for integers below 2^62, exact but for the last bit, which is set if anything nonzero was lost below it. The larger exponent
// must be that of a number with leading bit 61, or the number 0.
fn sum(a: Real, b: Real) -> Real {
  let swap = a.e < b.e;
  let bigHi = select(a.hi, b.hi, swap);
  let bigLo = select(a.lo, b.lo, swap);
  let bigE = select(a.e, b.e, swap);
  let bigMask = select(0u, 0xffffffffu, select(a.negative, b.negative, swap));
  var hi = select(b.hi, a.hi, swap);
  var lo = select(b.lo, a.lo, swap);
  let smallMask = select(0u, 0xffffffffu, select(b.negative, a.negative, swap));
  let n = u32(min(bigE - select(b.e, a.e, swap), 63));
  let words = n >= 32u;
  var lost = select(0u, lo, words);
  lo = select(lo, hi, words);
  hi = select(hi, 0u, words);
  let m = n & 31u;
  lost |= (lo << 1u) << (31u - m);
  lo = (lo >> m) | ((hi << 1u) << (31u - m)) | select(0u, 1u, lost != 0u);
  hi = hi >> m;
  // Two's complement, and back.
  let smallLo = (lo ^ smallMask) - smallMask;
  let smallHi = (hi ^ smallMask) + select(0u, 1u, smallMask != 0u && lo == 0u);
  let largeLo = (bigLo ^ bigMask) - bigMask;
  let largeHi = (bigHi ^ bigMask) + select(0u, 1u, bigMask != 0u && bigLo == 0u);
  let sumLo = smallLo + largeLo;
  let sumHi = smallHi + largeHi + select(0u, 1u, sumLo < smallLo);
  let negative = (sumHi >> 31u) == 1u;
  let mask = select(0u, 0xffffffffu, negative);
  return Real(negative, bigE, (sumHi ^ mask) + select(0u, 1u, negative && sumLo == 0u), (sumLo ^ mask) - mask);
}
`;
