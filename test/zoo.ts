import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Real model files with Keras' results, where this checkout has them beside it; they are other people's and not in the repository. */
export const SHARED = new URL('../../shared/', import.meta.url);
export const hasShared = existsSync(new URL('zoo/README.md', SHARED));

export interface ExpectedLayer {
  readonly name: string;
  readonly className: string;
  readonly shape: readonly number[];
  readonly min: number;
  readonly max: number;
  readonly indices: readonly number[];
  readonly samples: readonly number[];
}

export interface Expected {
  readonly inputs: readonly (readonly number[])[];
  readonly params: number;
  readonly layers: readonly ExpectedLayer[];
}

export function expectedOf(file: string): Expected {
  return JSON.parse(readFileSync(new URL(`zoo/${file}.expected.json`, SHARED), 'utf8')) as Expected;
}

/** The zoo's model files that have a result. */
export function zooFiles(): string[] {
  if (!hasShared) return [];
  return readdirSync(new URL('zoo/', SHARED))
    .filter((name) => name.endsWith('.expected.json'))
    .map((name) => name.replace('.expected.json', ''));
}

/** The input the results were made with: v[i] = ((i * 2654435761) mod 2^32) / 2^32. */
export function zooInput(shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1);
  return Float32Array.from({ length: size }, (_, i) => (Math.imul(i, 2654435761) >>> 0) / 2 ** 32);
}
