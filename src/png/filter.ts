type Bytes = Uint8Array | Uint8ClampedArray;

/**
 * Rows as PNG stores them, a filter byte before each. A picture of few colours (a coloured feature map, a montage) stays as it is, which
 * packs smaller than any filter; of others each row takes the filter with the smallest sum of absolute differences, as libpng does, but
 * without Average, which hardly ever wins.
 */
export function filterRows(data: Bytes, height: number, rowBytes: number, pixelBytes: number, unfiltered = false): Uint8Array {
  const out = new Uint8Array(height * (rowBytes + 1));
  const plain = unfiltered || hasFewColors(data, pixelBytes);
  const scratch = [1, 2, 4].map((filter) => ({ filter, row: new Uint8Array(rowBytes) }));
  let above: Bytes = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * rowBytes, (y + 1) * rowBytes);
    let best: { filter: number; row: Bytes } = { filter: 0, row };
    if (!plain) {
      let smallest = cost(row);
      for (const candidate of scratch) {
        applyFilter(candidate.filter, row, above, candidate.row, pixelBytes);
        const sum = cost(candidate.row);
        if (sum < smallest) {
          smallest = sum;
          best = candidate;
        }
      }
    }
    out[y * (rowBytes + 1)] = best.filter;
    out.set(best.row, y * (rowBytes + 1) + 1);
    above = row;
  }
  return out;
}

function applyFilter(filter: number, row: Bytes, above: Bytes, out: Uint8Array, pixelBytes: number): void {
  for (let i = 0; i < row.length; i++) {
    const a = i < pixelBytes ? 0 : row[i - pixelBytes]!;
    const b = above[i]!;
    if (filter === 1) out[i] = row[i]! - a;
    else if (filter === 2) out[i] = row[i]! - b;
    else {
      const c = i < pixelBytes ? 0 : above[i - pixelBytes]!;
      const toA = Math.abs(b - c);
      const toB = Math.abs(a - c);
      const toC = Math.abs(a + b - c - c);
      out[i] = row[i]! - (toA <= toB && toA <= toC ? a : toB <= toC ? b : c);
    }
  }
}

/** Sum of the bytes' distances from 0, taken as signed. */
function cost(row: Bytes): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += Math.abs((row[i]! << 24) >> 24);
  return sum;
}

/** Whether there are at most 256 colours. Photographs give themselves away within their first rows. */
function hasFewColors(data: Bytes, pixelBytes: number): boolean {
  if (pixelBytes === 1) return false;
  const seen = new Int32Array(1024).fill(-1);
  let count = 0;
  for (let i = 0; i < data.length; i += pixelBytes) {
    let color = 0;
    for (let k = 0; k < pixelBytes; k++) color = (color << 8) | data[i + k]!;
    color &= 0x7fffffff;
    let slot = (Math.imul(color, 0x9e3779b1) >>> 22) & 1023;
    while (seen[slot] !== color && seen[slot] !== -1) slot = (slot + 1) & 1023;
    if (seen[slot] === -1) {
      if (++count > 256) return false;
      seen[slot] = color;
    }
  }
  return true;
}
