import { describe, expect, it } from 'vitest';
import { addCut, addDown, multiplyAdd, multiplyAddCut, multiplyCut } from '../../src/colormap/numpy/float32';
import { log } from '../../src/colormap/numpy/log';
import { log10 } from '../../src/colormap/numpy/log10';
import { power } from '../../src/colormap/numpy/power';
import { readJSON } from './fixtures';

const golden = readJSON<{ x: string; log10: string; log: string; power: Record<string, { x: string; y: string }> }>('float32.json');

function floatsOf(hex: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(hex, 'hex')).buffer);
}

describe('float32 functions as numpy computes them on AVX-512', () => {
  it('log10', () => expect(floatsOf(golden.x).map(log10)).toEqual(floatsOf(golden.log10)));
  it('log', () => expect(floatsOf(golden.x).map(log)).toEqual(floatsOf(golden.log)));
  it.each(Object.entries(golden.power))('power of %s', (gamma, { x, y }) => {
    const exponent = Math.fround(Number(gamma));
    expect(floatsOf(x).map((value) => power(value, exponent))).toEqual(floatsOf(y));
  });

  it('have the values one expects at the ends', () => {
    expect([0, -1, Number.POSITIVE_INFINITY].map(log10)).toEqual([Number.NEGATIVE_INFINITY, Number.NaN, Number.POSITIVE_INFINITY]);
    // numpy really says so: np.log10(np.array([1, 10, 100], np.float32))
    expect([1, 10, 100].map(log10)).toEqual([0, 1, 2.000000238418579]);
    expect(power(Number.POSITIVE_INFINITY, Math.fround(0.3))).toBe(Number.POSITIVE_INFINITY);
    expect(power(1e38, 3)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('float32 arithmetic', () => {
  const above = 1 + 2 ** -23;
  it('rounds once', () => {
    // 1 + 2 ** -24 lies halfway and would go to 1; a last bit far below decides otherwise.
    expect(multiplyAdd(2 ** -60, 2 ** -60, 1 + 0)).toBe(1);
    expect(multiplyAdd(2 ** -12, 2 ** -12 * above, 1)).toBe(above);
    expect(multiplyAdd(-(2 ** -12), 2 ** -12 * above, above)).toBe(1);
    expect(multiplyAdd(2 ** -12, 2 ** -12, 1)).toBe(1);
  });

  it('cuts towards zero, and rounds down', () => {
    expect(addCut(1, 2 ** -24 * 1.5)).toBe(1);
    expect(addCut(-1, -(2 ** -24) * 1.5)).toBe(-1);
    expect(addCut(1, -(2 ** -80))).toBe(1 - 2 ** -24);
    expect(multiplyCut(above, above)).toBe(1 + 2 ** -22);
    expect(multiplyAddCut(above, above, 2 ** -60)).toBe(1 + 2 ** -22);
    expect(addDown(1, -(2 ** -80))).toBe(1 - 2 ** -24);
    expect(addDown(-1, -(2 ** -80))).toBe(-above);
    expect(addDown(1, 2 ** -80)).toBe(1);
  });
});
