/**
 * Undoes PNG's row filters in place (PNG specification, 9.2). `data` holds `rows` rows, each a filter byte and `rowBytes` bytes;
 * `pixelBytes` is the distance to the pixel at the left, at least 1. Returns the row of an unknown filter, or -1 when all went well.
 */
export function unfilter(data: Uint8Array, rows: number, rowBytes: number, pixelBytes: number): number {
  let above: Uint8Array = new Uint8Array(rowBytes);
  for (let y = 0; y < rows; y++) {
    const start = y * (rowBytes + 1);
    const row = data.subarray(start + 1, start + 1 + rowBytes);
    switch (data[start]) {
      case 0:
        break;
      case 1:
        for (let i = pixelBytes; i < rowBytes; i++) row[i] = row[i]! + row[i - pixelBytes]!;
        break;
      case 2:
        for (let i = 0; i < rowBytes; i++) row[i] = row[i]! + above[i]!;
        break;
      case 3:
        for (let i = 0; i < pixelBytes; i++) row[i] = row[i]! + (above[i]! >> 1);
        for (let i = pixelBytes; i < rowBytes; i++) row[i] = row[i]! + ((row[i - pixelBytes]! + above[i]!) >> 1);
        break;
      case 4:
        for (let i = 0; i < pixelBytes; i++) row[i] = row[i]! + above[i]!;
        for (let i = pixelBytes; i < rowBytes; i++) {
          const a = row[i - pixelBytes]!;
          const b = above[i]!;
          const c = above[i - pixelBytes]!;
          const toA = Math.abs(b - c);
          const toB = Math.abs(a - c);
          const toC = Math.abs(a + b - c - c);
          row[i] = row[i]! + (toA <= toB && toA <= toC ? a : toB <= toC ? b : c);
        }
        break;
      default:
        return y;
    }
    above = row;
  }
  return -1;
}
