/** `keras.ops.rearrange`, after einops: 'b (h p) w c -> b h (w c) p'. `keras/src/ops/einops.py`. */
import * as tf from '@tensorflow/tfjs-core';
import { transpose } from '../layers/manyAxes';
import type { Shape } from '../types';
import { X } from './families';
import type { Constants, Operation } from './operation';

/** One axis of a pattern: the names that it groups. */
type Axis = readonly string[];

function axesOf(pattern: string): Axis[] {
  return (pattern.match(/\w+|\(.*?\)/g) ?? []).map((axis) => axis.replace(/[()]/g, '').split(/\s+/).filter(Boolean));
}

/** Both sides of the pattern, and the length of every name. */
function read(shape: Shape, call: Constants): { input: Axis[]; output: Axis[]; sizes: Map<string, number | null> } {
  const pattern = call.text('pattern', '');
  const [left, right] = pattern.split('->');
  if (right === undefined || pattern.includes('...')) call.fail(`rearranges by '${pattern}', which is not supported`);
  const [input, output] = [axesOf(left!), axesOf(right)];
  if (input.length !== shape.length) call.fail(`rearranges a tensor of ${shape.length} axes by '${pattern}'`);
  const sizes = new Map<string, number | null>();
  input.forEach((names, i) => {
    const given = names.map((name) => (names.length === 1 ? (shape[i] ?? null) : ((call.value(name) as number | undefined) ?? null)));
    const open = given.indexOf(null);
    const known = given.reduce<number>((product, n) => product * (n ?? 1), 1);
    if (names.length > 1 && open >= 0) given[open] = shape[i] === null ? null : shape[i]! / known;
    for (const [k, name] of names.entries()) sizes.set(name, given[k] ?? null);
  });
  return { input, output, sizes };
}

export const rearrange: Operation = {
  parameters: [X, 'pattern'],
  keywords: ['*'],
  infer(call) {
    const { shape, type } = call.tensor('x');
    const { output, sizes } = read(shape, call);
    const size = (names: Axis) =>
      names
        .map((name) => sizes.get(name) ?? null)
        .reduce<number | null>((product, n) => (product === null || n === null ? null : product * n), 1);
    return { shape: output.map(size), type };
  },
  compute(call) {
    const x = call.tensor('x');
    const { input, output, sizes } = read(x.shape, call);
    const [from, into] = [input.flat(), output.flat()];
    const split = tf.reshape(
      x,
      from.map((name) => sizes.get(name)!),
    );
    const turned = transpose(
      split,
      into.map((name) => from.indexOf(name)),
    );
    return tf.reshape(
      turned,
      output.map((names) => names.reduce((product, name) => product * sizes.get(name)!, 1)),
    );
  },
};
