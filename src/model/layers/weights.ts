import { ActivationLensError } from '../../errors';
import type { ExpectedWeight, LayerSpec, StoredWeight } from './spec';

/**
 * The stored weights in the expected order: by path where they have one, otherwise as they come. Shapes are compared; a stored `[1]` or
 * `[n, 1]` is no match for `[]` or `[n]`. Throws `weight-mismatch`.
 */
export function matchWeights(
  spec: LayerSpec,
  expected: readonly ExpectedWeight[],
  stored: readonly StoredWeight[],
): readonly StoredWeight[] {
  const byPath = stored.some(({ path }) => path !== undefined);
  const matched = byPath ? expected.map((weight) => findByPath(spec, weight, stored)) : stored;
  const groups = new Set(['vars', ...matched.map(({ path }) => groupOf(path))]);
  const left = byPath
    ? stored.find(({ path }) => groups.has(groupOf(path)) && !expected.some(({ paths }) => paths.includes(path!)))
    : undefined;
  if (left !== undefined) fail(spec, expected, stored, `The file has '${left.name ?? left.path}' for it`);
  if (matched.length !== expected.length) fail(spec, expected, stored, `The file has ${matched.length} weights for it`);
  expected.forEach((weight, i) => {
    const { shape, data } = matched[i]!;
    if (shape.join() !== weight.shape.join()) {
      fail(spec, expected, stored, `The file's '${matched[i]!.name ?? matched[i]!.path ?? weight.name}' has shape [${shape.join(', ')}]`);
    }
    const size = shape.reduce((product, n) => product * n, 1);
    if (data.length !== size) fail(spec, expected, stored, `'${weight.name}' comes with ${data.length} numbers instead of ${size}`);
  });
  return matched;
}

/** The group of one layer's variables, all of which Keras wants used. Generators of random numbers have groups of their own. */
function groupOf(path: string | undefined): string {
  return path === undefined ? '' : path.slice(0, path.lastIndexOf('/'));
}

function findByPath(spec: LayerSpec, weight: ExpectedWeight, stored: readonly StoredWeight[]): StoredWeight {
  for (const path of weight.paths) {
    const found = stored.find((candidate) => candidate.path === path);
    if (found !== undefined) return found;
  }
  return fail(spec, [weight], stored, `The file has no '${weight.paths.join("' or '")}' for it`);
}

function fail(spec: LayerSpec, expected: readonly ExpectedWeight[], stored: readonly StoredWeight[], what: string): never {
  const list = (weights: readonly { name?: string; path?: string; shape: readonly number[] }[]) =>
    weights.length === 0 ? 'none' : weights.map(({ name, path, shape }) => `${name ?? path ?? ''}[${shape.join(', ')}]`).join(', ');
  throw new ActivationLensError(
    'weight-mismatch',
    `Layer '${spec.path}' (${spec.className}): ${what}. Its config needs: ${list(expected)}. Stored: ${list(stored)}. ` +
      "Architecture and weights are probably of different models, or of different versions of one; pass weights: 'skip-missing' to open it without them.",
    { details: { layer: spec.name, path: spec.path, expected: expected.map((w) => w.shape), stored: stored.map((w) => w.shape) } },
  );
}
