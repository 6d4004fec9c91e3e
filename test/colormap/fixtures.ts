import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';

const FOLDER = new URL('../fixtures/colormap/', import.meta.url);

export function readJSON<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as T;
}

/** As generate.py writes them: the first 16 digits. */
export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** Any float32 at all: every bit pattern, NaNs of all kinds among them, with a liking for the odd ones. */
export const anyFloat32 = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }).map((bits) => {
    word[0] = bits;
    return float[0]!;
  }),
  fc.constantFrom(
    0,
    -0,
    1,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    2 ** -149,
    -(2 ** -149),
    2 ** -126,
    3.4028234663852886e38,
  ),
  fc.float({ noNaN: true, min: -10, max: 10 }),
);

/** Ordinary values, as activations have them. */
export const finiteFloat32 = fc.float({ noNaN: true, noDefaultInfinity: true });

export function floats(value: fc.Arbitrary<number>, constraints?: fc.ArrayConstraints): fc.Arbitrary<Float32Array> {
  return fc.array(value, constraints).map((values) => Float32Array.from(values));
}

/** The code of the error that a call throws, and its text. */
export function thrown(call: () => unknown): { code: string; message: string } {
  try {
    call();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('It did not throw.');
}

/** mulberry32: numbers in [0, 1), the same ones for the same seed. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
