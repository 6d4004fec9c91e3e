// The colouring kernel, in AssemblyScript: four channels of channel-last float32 data at a time. src/colormap/kernel/scalar.ts is its
// plain twin and its meaning. It has no memory of its own: the caller lays everything out and hands over byte addresses.

/**
 * Smallest and largest value of each channel, NaN for one with a NaN. At `lows` and `highs`: one float32 a channel, with what earlier
 * calls found.
 */
export function limits(input: usize, pixels: i32, channels: i32, lows: usize, highs: usize): void {
  const stride = <usize>channels << 2;
  for (let first = 0; first < channels; first += 4) {
    // The last four overlap those before where four does not divide the channels.
    const offset = <usize>min(first, channels - 4) << 2;
    let low = v128.load(lows + offset);
    let high = v128.load(highs + offset);
    let low2 = low;
    let high2 = high;
    let odd = v128.splat<i32>(0);
    let at = input + offset;
    let left = pixels;
    for (; left >= 2; left -= 2) {
      const x = v128.load(at);
      const y = v128.load(at + stride);
      low = f32x4.pmin(low, x);
      high = f32x4.pmax(high, x);
      low2 = f32x4.pmin(low2, y);
      high2 = f32x4.pmax(high2, y);
      odd = v128.or(odd, v128.or(f32x4.ne(x, x), f32x4.ne(y, y)));
      at += stride << 1;
    }
    if (left > 0) {
      const x = v128.load(at);
      low = f32x4.pmin(low, x);
      high = f32x4.pmax(high, x);
      odd = v128.or(odd, f32x4.ne(x, x));
    }
    // All bits set are a NaN, and a NaN on the left of pmin and pmax stays.
    v128.store(lows + offset, v128.or(f32x4.pmin(low, low2), odd));
    v128.store(highs + offset, v128.or(f32x4.pmax(high, high2), odd));
  }
}

// A position in the table, plus this, has its place in the palette in the bits above FRACTION: 2 bad and under, then the rows.
// (Float32s from 1024 to 2048 are 2 ** -13 apart.) Bit 23 of such a sum is set, and bit 24 in a NaN alone.
// @ts-ignore
@inline const OFFSET: f32 = 1026;
// @ts-ignore
@inline const FRACTION: i32 = 13;

/**
 * Colours `height` x `width` pixels of each channel. A channel's pixels go to its address at `targets`, `step` bytes apart, a row every
 * `pitch` bytes. At `lows`, `scales` (table rows per unit): float32 of each channel; at `exactLows`, `ranges`: the same in double.
 *
 * Rows are first found by multiplying. Where that comes within `doubt` (in units of 2 ** -13) of a row's edge the row is found again, with
 * matplotlib's arithmetic; `sure` is a position that needs no second look (0, the lowest value's, or NaN for none). Neither do values that
 * equal their channel's float32 at `highs`: they are in the last row.
 *
 * `palette` has 4096 colours: those of the palette proper from 1024 on, and bad ones only from 3072 on.
 */
export function colors(
  input: usize, height: i32, width: i32, channels: i32, step: usize, pitch: usize, targets: usize,
  lows: usize, highs: usize, scales: usize, exactLows: usize, ranges: usize, palette: usize, rows: i32, doubt: i32, sure: f32,
): void {
  const stride = <usize>channels << 2;
  const top = f32x4.splat(<f32>rows + 0.5);
  const bottom = f32x4.splat(-0.5);
  const last = f32x4.splat(<f32>rows - 0.5);
  const offset = f32x4.splat(OFFSET);
  const place = i32x4.splat(0x3ffc);
  const shift = i32x4.splat(doubt);
  const fraction = i32x4.splat((1 << FRACTION) - 1);
  const twice = i32x4.splat(2 * doubt);
  const zero = f32x4.splat(sure);
  for (let first = 0; first < channels; first += 4) {
    const channel = <usize>min(first, channels - 4);
    const low = v128.load(lows + (channel << 2));
    const high = v128.load(highs + (channel << 2));
    const scale = v128.load(scales + (channel << 2));
    const exact = exactLows + (channel << 3);
    const range = ranges + (channel << 3);
    let a = load<u32>(targets + (channel << 2));
    let b = load<u32>(targets + (channel << 2), 4);
    let c = load<u32>(targets + (channel << 2), 8);
    let d = load<u32>(targets + (channel << 2), 12);
    let at = input + (channel << 2);
    for (let y = 0; y < height; y++) {
      let o: usize = 0;
      let left = width;
      while (left > 0) {
        // A few at a time, so that doubt is asked about seldom.
        const count = min(left, 32);
        left -= count;
        let near = i32x4.splat(0);
        for (const end = o + <usize>count * step; o < end; o += step) {
          const x = v128.load(at);
          const t = v128.bitselect(last, f32x4.mul(f32x4.sub(x, low), scale), f32x4.eq(x, high));
          const sum = f32x4.add(f32x4.pmin(f32x4.pmax(t, bottom), top), offset);
          const i = v128.and(i32x4.shr_u(sum, FRACTION - 2), place);
          near = v128.or(near, v128.and(i32x4.lt_s(v128.and(i32x4.add(sum, shift), fraction), twice), f32x4.ne(t, zero)));
          store<u32>(a + o, load<u32>(palette + <usize>i32x4.extract_lane(i, 0)));
          store<u32>(b + o, load<u32>(palette + <usize>i32x4.extract_lane(i, 1)));
          store<u32>(c + o, load<u32>(palette + <usize>i32x4.extract_lane(i, 2)));
          store<u32>(d + o, load<u32>(palette + <usize>i32x4.extract_lane(i, 3)));
          at += stride;
        }
        if (v128.any_true(near)) {
          let from = at - <usize>count * stride;
          for (let p = o - <usize>count * step; p < o; p += step, from += stride) {
            const x = v128.load(from);
            const t = v128.bitselect(last, f32x4.mul(f32x4.sub(x, low), scale), f32x4.eq(x, high));
            const sum = f32x4.add(f32x4.pmin(f32x4.pmax(t, bottom), top), offset);
            if (!v128.any_true(v128.and(i32x4.lt_s(v128.and(i32x4.add(sum, shift), fraction), twice), f32x4.ne(t, zero)))) continue;
            store<u32>(a + p, again(load<f32>(from), exact, range, rows, palette));
            store<u32>(b + p, again(load<f32>(from, 4), exact + 8, range + 8, rows, palette));
            store<u32>(c + p, again(load<f32>(from, 8), exact + 16, range + 16, rows, palette));
            store<u32>(d + p, again(load<f32>(from, 12), exact + 24, range + 24, rows, palette));
          }
        }
      }
      a += pitch;
      b += pitch;
      c += pitch;
      d += pitch;
    }
  }
}

/** A value's colour with matplotlib's arithmetic. A range of 0 stands for constant limits: the first row. */
function again(x: f32, low: usize, ranges: usize, rows: i32, palette: usize): u32 {
  const range = load<f64>(ranges);
  let place = 2;
  if (range != 0) {
    const scaled = <f32>(<f64><f32>(<f64>x - load<f64>(low)) / range) * <f32>rows;
    place = scaled == <f32>rows ? rows + 1 : scaled >= <f32>rows ? rows + 2 : scaled >= 0 ? <i32>scaled + 2 : scaled < 0 ? 1 : 0;
  }
  return load<u32>(palette + (<usize>place << 2), 4096);
}
