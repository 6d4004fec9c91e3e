type Bytes = Uint8Array | Uint8ClampedArray;

/**
 * Rows as PNG stores them, a filter byte before each. Each row takes the filter with the smallest sum of absolute differences, as libpng does, but
 * without Average, which hardly ever wins.
 */
export function filterRows(data: Bytes, height: number, rowBytes: number, pixelBytes: number, unfiltered = false): Uint8Array {
  const out = new Uint8Array(height * (rowBytes + 1));
  const scratch = [1, 2, 4].map((filter) => ({ filter, row: new Uint8Array(rowBytes) }));
  let above: Bytes = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * rowBytes, (y + 1) * rowBytes);
    let best: { filter: number; row: Bytes } = { filter: 0, row };
    if (!unfiltered) {
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
