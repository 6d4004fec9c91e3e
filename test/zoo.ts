import { existsSync, readdirSync } from 'node:fs';

/** Real model files with Keras' results, where this checkout has them beside it; they are other people's and not in the repository. */
export const SHARED = new URL('../../shared/', import.meta.url);
export const hasShared = existsSync(new URL('zoo/README.md', SHARED));

/** The zoo's model files that have a result. */
export function zooFiles(): string[] {
  if (!hasShared) return [];
  return readdirSync(new URL('zoo/', SHARED))
    .filter((name) => name.endsWith('.expected.json'))
    .map((name) => name.replace('.expected.json', ''));
}
