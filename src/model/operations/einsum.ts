/**
 * `numpy.einsum` of one or two operands by transposes and one matrix product: tfjs' own Einsum kernel is missing on wasm and knows no
 * ellipsis.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../types';

/** An equation with its ellipses spelt out as labels of their own. */
export interface Einsum {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** Reads 'abc,cd->abd' for operands of these ranks. Throws a plain Error saying what is wrong. */
export function parseEinsum(equation: string, ranks: readonly number[]): Einsum {
  const [left, right] = equation.replace(/\s/g, '').split('->');
  const terms = left!.split(',');
  if (terms.length !== ranks.length) throw new Error(`'${equation}' names ${terms.length} operands, not ${ranks.length}`);
  const widths = terms.map((term, i) => (term.includes('...') ? ranks[i]! - term.replace('...', '').length : 0));
  const elided = Math.max(0, ...widths);
  const spread = (term: string, width: number): string[] => {
    const [before, after] = term.split('...') as [string, string | undefined];
    if (after === undefined) return [...before];
    // Ellipses line up from the right, as broadcasting does.
    return [...before, ...Array.from({ length: width }, (_, i) => `.${elided - width + i}`), ...after];
  };
  const inputs = terms.map((term, i) => spread(term, widths[i]!));
  for (const [i, labels] of inputs.entries()) {
    if (labels.length !== ranks[i]) throw new Error(`'${equation}' gives operand ${i} ${labels.length} axes; it has ${ranks[i]}`);
    if (new Set(labels).size !== labels.length) throw new Error(`'${equation}' takes a diagonal, which is not supported`);
  }
  return { inputs, output: right === undefined ? implicitOutput(inputs, elided) : spread(right, elided) };
}

/** Without '->': the labels that appear once, in alphabetical order. */
function implicitOutput(inputs: readonly (readonly string[])[], elided: number): string[] {
  const all = inputs.flat().filter((label) => !label.startsWith('.'));
  const once = all.filter((label) => all.filter((other) => other === label).length === 1).sort();
  return [...Array.from({ length: elided }, (_, i) => `.${i}`), ...once];
}

/** The length of every label; 1 gives way to longer ones, null where all are free. */
export function labelSizes({ inputs }: Einsum, shapes: readonly Shape[]): ReadonlyMap<string, number | null> {
  const sizes = new Map<string, number | null>();
  inputs.forEach((labels, i) => {
    labels.forEach((label, axis) => {
      const [size, known] = [shapes[i]![axis] ?? null, sizes.get(label)];
      if (known === undefined || known === null || known === 1) sizes.set(label, size ?? known ?? null);
      else if (size !== null && size !== 1 && size !== known) throw new Error(`label '${label}' has lengths ${known} and ${size}`);
    });
  });
  return sizes;
}

export function einsum(equation: string, operands: readonly Tensor[]): Tensor {
  const parsed = parseEinsum(
    equation,
    operands.map((x) => x.rank),
  );
  const { inputs, output } = parsed;
  if (operands.length > 2) return chain(parsed, operands);
  const summed = operands.map((x, i) => sumAway(x, inputs[i]!, [...output, ...inputs.filter((_, j) => j !== i).flat()]));
  if (operands.length === 1) return arrange(summed[0]!.x, summed[0]!.labels, output);
  const [a, b] = summed as [Labelled, Labelled];
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => output.includes(label));
  const contracted = shared.filter((label) => !output.includes(label));
  const onlyA = a.labels.filter((label) => !shared.includes(label));
  const onlyB = b.labels.filter((label) => !shared.includes(label));
  const sizes = labelSizes({ inputs: [a.labels, b.labels], output }, [a.x.shape, b.x.shape]) as ReadonlyMap<string, number>;
  const product = (labels: readonly string[]) => labels.reduce((total, label) => total * sizes.get(label)!, 1);
  const flat = (side: Labelled, order: readonly string[], shape: number[]) =>
    tf.reshape(arrange(stretch(side, sizes), side.labels, order), shape);
  const left = flat(a, [...batch, ...onlyA, ...contracted], [product(batch), product(onlyA), product(contracted)]);
  const right = flat(b, [...batch, ...contracted, ...onlyB], [product(batch), product(contracted), product(onlyB)]);
  const labels = [...batch, ...onlyA, ...onlyB];
  const out = tf.reshape(
    tf.matMul(left, ownData(right, b.x)),
    labels.map((label) => sizes.get(label)!),
  );
  return arrange(out, labels, output);
}

/**
 * tfjs' wasm backend prepares the right side of a product once for its data, whatever its shape then: the same data in a second shape gives wrong
 * numbers and overruns memory. A reshaped tensor shares its data, so it is copied.
 */
function ownData(right: Tensor, source: Tensor): Tensor {
  return tf.getBackend() === 'wasm' && right.dataId === source.dataId ? tf.mul(right, 1) : right;
}

interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/** Contracts the first two of several operands, keeping what the others or the output still need. */
function chain({ inputs, output }: Einsum, operands: readonly Tensor[]): Tensor {
  const rest = inputs.slice(2);
  const kept = [...new Set([...inputs[0]!, ...inputs[1]!])].filter((label) => output.includes(label) || rest.flat().includes(label));
  const names = new Map<string, string>();
  for (const label of [...inputs.flat(), ...output]) if (!names.has(label)) names.set(label, String.fromCharCode(97 + names.size));
  const spell = (labels: readonly string[]) => labels.map((label) => names.get(label)!).join('');
  const first = einsum(`${spell(inputs[0]!)},${spell(inputs[1]!)}->${spell(kept)}`, operands.slice(0, 2));
  return einsum(`${[kept, ...rest].map(spell).join(',')}->${spell(output)}`, [first, ...operands.slice(2)]);
}

/** Adds up the axes that nothing else names. */
function sumAway(x: Tensor, labels: readonly string[], needed: readonly string[]): Labelled {
  const axes = labels.map((_, axis) => axis).filter((axis) => !needed.includes(labels[axis]!));
  return axes.length === 0 ? { x, labels } : { x: tf.sum(x, axes), labels: labels.filter((_, axis) => !axes.includes(axis)) };
}

/** Repeats axes of length 1 that the other operand has longer. */
function stretch({ x, labels }: Labelled, sizes: ReadonlyMap<string, number>): Tensor {
  const reps = labels.map((label, axis) => (x.shape[axis] === 1 ? sizes.get(label)! : 1));
  return reps.every((n) => n === 1) ? x : tf.tile(x, reps);
}

function arrange(x: Tensor, labels: readonly string[], order: readonly string[]): Tensor {
  if (labels.join() === order.join()) return x;
  return tf.transpose(
    x,
    order.map((label) => labels.indexOf(label)),
  );
}
