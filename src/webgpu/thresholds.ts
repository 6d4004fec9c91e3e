import { floatKey, keyFloat } from '../colormap/edges';

/**
 * Where, among the exact quotients (value - vmin) / (vmax - vmin), the rows 1, 2, ..., `rows` - 1 of a table begin, and 'over' after
 * them, when every step is rounded as `normalize` rounds it: four words an entry, the fraction's 25-bit integer, its exponent, and 1
 * where the fraction itself does not belong to the row yet, padding. Depends on nothing but the number of rows, so the GPU gets it as a constant.
 */
export function rowThresholds(rows: number): Int32Array {
  const words = new Int32Array(rows * 4);
  for (let row = 1; row <= rows; row++) {
    const { mantissa, exponent } = decompose(firstPosition(row, rows));
    // Halfway to the float32 below, which is half as far where the exponent changes. A tie goes to the even one.
    const power = mantissa === 2 ** 23;
    words[row * 4 - 4] = mantissa * (power ? 4 : 2) - 1;
    words[row * 4 - 3] = exponent - (power ? 2 : 1);
    words[row * 4 - 2] = mantissa & 1;
  }
  return words;
}

/** The smallest float32 position that is in `row`, or over for `row` = `rows`: position * rows is rounded, and exactly 1 is the last row. */
function firstPosition(row: number, rows: number): number {
  const reached = (position: number) => {
    const scaled = Math.fround(position * rows);
    return row === rows ? scaled > rows : scaled >= row;
  };
  let key = floatKey(Math.fround(row / rows));
  while (reached(keyFloat(key - 1))) key--;
  while (!reached(keyFloat(key))) key++;
  return keyFloat(key);
}

/** A positive normal float32 as a 24-bit integer times a power of two. */
function decompose(value: number): { mantissa: number; exponent: number } {
  const bits = floatKey(value);
  return { mantissa: (bits & 0x7fffff) | 0x800000, exponent: (bits >> 23) - 150 };
}
