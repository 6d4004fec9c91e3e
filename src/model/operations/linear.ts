/** Products of tensors: `keras/src/ops/{numpy,nn}.py`, `tf.linalg`, `tf.einsum`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { range } from '../layers/spatial';
import type { Shape } from '../types';
import { einsum, labelSizes, parseEinsum } from './einsum';
import { to } from './families';
import { type Call, type Constants, type Operand, type Operation, promote } from './operation';

/** Labels for a call's operands, from which both the shape and the product come. */
type Spelling = (shapes: readonly Shape[], call: Constants) => string;

function spelled(parameters: readonly string[], operandsOf: <T>(call: Call<T>) => readonly T[], spell: Spelling): Operation {
  return {
    parameters,
    infer(call) {
      const operands = operandsOf(call);
      const shapes = operands.map(({ shape }) => shape);
      try {
        const parsed = parseEinsum(
          spell(shapes, call),
          shapes.map((shape) => shape.length),
        );
        const sizes = labelSizes(parsed, shapes);
        return {
          shape: parsed.output.map((label) => sizes.get(label) ?? null),
          type: operands.map(({ type }: Operand) => type).reduce(promote),
        };
      } catch (error) {
        return call.fail(`multiplies tensors that do not go together: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
    compute(call) {
      const operands = operandsOf(call);
      const type = operands.map(({ dtype }: Tensor) => dtype).reduce(promote);
      const equation = spell(
        operands.map(({ shape }: Tensor) => shape),
        call,
      );
      return to(
        einsum(
          equation,
          operands.map((x: Tensor) => to(x, 'float32')),
        ),
        type,
      );
    },
  };
}

const two = <T>(call: Call<T>): readonly T[] => call.pair('x1', 'x2');
const letters = (from: number, count: number) =>
  range(from, from + count)
    .map((i) => String.fromCharCode(97 + i))
    .join('');

/** numpy's matmul: batches broadcast, vectors are rows on the left and columns on the right. */
const matmul = spelled(['x1|a', 'x2|b', 'transpose_a|adjoint_a', 'transpose_b|adjoint_b'], two, ([a, b], call) => {
  const [left, right] = [call.flag('transpose_a') ? 'ki' : 'ik', call.flag('transpose_b') ? 'jk' : 'kj'];
  if (a!.length === 1 && b!.length === 1) return 'k,k->';
  if (a!.length === 1) return `k,...${right}->...j`;
  return b!.length === 1 ? `...${left},k->...i` : `...${left},...${right}->...ij`;
});

/** The last axis of the first with the last but one of the second, batches crossed. */
const dot = spelled(['x1|a', 'x2|b'], two, ([a, b]) => {
  if (a!.length === 0 || b!.length === 0)
    return `${letters(0, a!.length)},${letters(10, b!.length)}->${letters(0, a!.length)}${letters(10, b!.length)}`;
  const [left, right] = [letters(0, a!.length - 1), letters(10, Math.max(0, b!.length - 2))];
  const last = b!.length > 1 ? 'y' : '';
  return `${left}z,${right}z${last}->${left}${right}${last}`;
});

const tensordot = spelled(['x1|a', 'x2|b', 'axes'], two, ([a, b], call) => {
  const axes = call.value('axes') ?? 2;
  const [left, right] =
    typeof axes === 'number'
      ? [range(a!.length - axes, a!.length), range(0, axes)]
      : ((axes as (number | number[])[]).map((side, i) => [side].flat().map((axis) => (axis < 0 ? axis + [a, b][i]!.length : axis))) as [
          number[],
          number[],
        ]);
  const first = [...letters(0, a!.length)];
  const second = [...letters(a!.length, b!.length)].map((letter, i) => (right.includes(i) ? first[left[right.indexOf(i)]!]! : letter));
  const out = [...first.filter((_, i) => !left.includes(i)), ...second.filter((_, i) => !right.includes(i))];
  return `${first.join('')},${second.join('')}->${out.join('')}`;
});

const outer: Operation = {
  parameters: ['x1', 'x2'],
  infer(call) {
    const [a, b] = call.pair('x1', 'x2');
    const size = ({ shape }: Operand) => (shape.includes(null) ? null : shape.reduce<number>((product, n) => product * n!, 1));
    return { shape: [size(a), size(b)], type: promote(a.type, b.type) };
  },
  compute(call) {
    const [a, b] = call.pair('x1', 'x2');
    return tf.mul(tf.reshape(a, [-1, 1]), tf.reshape(b, [1, -1]));
  },
};

/** Keras 3 keeps the operands as positional arguments of the call. */
const einsumOperation: Operation = {
  ...spelled(
    ['operands'],
    (call) => call.positional(),
    (_, call) => {
      const equation = String(call.value('subscripts') ?? call.fail('has no equation'));
      const once = [...equation.replace(/[\s,.]/g, '')].filter((label, _i, all) => all.indexOf(label) === all.lastIndexOf(label));
      // numpy and JAX sort the labels that are left, Keras on TensorFlow keeps them in order.
      if (!equation.includes('->') && once.join('') !== [...once].sort().join(''))
        call.fail(`computes '${equation}', whose axes Keras orders otherwise on TensorFlow than on JAX; write what comes after '->'`);
      return equation;
    },
  ),
  keywords: ['subscripts'],
};

export const linear: Readonly<Record<string, Operation>> = {
  Matmul: matmul,
  Dot: dot,
  Inner: spelled(
    ['x1', 'x2'],
    two,
    ([a, b]) => `${letters(0, a!.length - 1)}z,${letters(10, b!.length - 1)}z->${letters(0, a!.length - 1)}${letters(10, b!.length - 1)}`,
  ),
  Vdot: spelled(['x1', 'x2'], two, ([a]) => `${letters(0, a!.length)},${letters(0, a!.length)}->`),
  Tensordot: tensordot,
  Outer: outer,
  Einsum: einsumOperation,
};
