/** Operations on the bits of whole numbers, and their divisors: `bitwise_*`, `*_shift`, `gcd`, `lcm` of `keras/src/ops/numpy.py`, `tf.bitwise`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { broadcastShapes } from '../layers/spatial';
import { X } from './families';
import type { Call, Operation } from './operation';

/** A function of two int32, in JavaScript and as the body of a WGSL function of `a` and `b`. */
interface Rule {
  readonly name: string;
  readonly apply: (a: number, b: number) => number;
  readonly wgsl: string;
}

/** What a program of tfjs' WebGPU backend is (its `WebGPUProgram`), as far as it is used here. */
interface ShaderProgram {
  readonly outputShape: number[];
  readonly shaderKey: string;
  readonly dispatchLayout: { readonly x: number[] };
  readonly dispatch: [number, number, number];
  readonly variableNames: string[];
  readonly workgroupSize: [number, number, number];
  readonly size: boolean;
  getUserCode(): string;
}

interface ShaderBackend {
  runWebGPUProgram(program: ShaderProgram, inputs: readonly Tensor[], type: 'int32'): tf.TensorInfo;
}

const WORKGROUP = 64;

/** tfjs' WebGPU backend computes int32 in float32, and has no bits at all; this reads and writes them as they are. */
function inShader({ name, wgsl }: Rule, a: Tensor, b: Tensor): Tensor {
  const program: ShaderProgram = {
    outputShape: a.shape,
    shaderKey: `whole_${name}`,
    dispatchLayout: { x: a.shape.map((_, i) => i) },
    dispatch: [Math.ceil(a.size / WORKGROUP), 1, 1],
    variableNames: ['A', 'B'],
    workgroupSize: [WORKGROUP, 1, 1],
    size: true,
    getUserCode: () => `
      fn combine(a : i32, b : i32) -> i32 { ${wgsl} }
      fn main(index : i32) {
        if (index < uniforms.size) { result[index] = combine(A[index], B[index]); }
      }`,
  };
  const made = (tf.backend() as unknown as ShaderBackend).runWebGPUProgram(program, [a, b], 'int32');
  return tf.engine().makeTensorFromTensorInfo(made);
}

/** The other backends give their numbers at once. */
function onHost({ apply }: Rule, a: Tensor, b: Tensor): Tensor {
  const [left, right] = [a.dataSync(), b.dataSync()];
  return tf.tensor(
    Int32Array.from(left, (value, i) => apply(value, right[i]!)),
    a.shape,
    'int32',
  );
}

function combined(rule: Rule, a: Tensor, b: Tensor, call: Call<Tensor>): Tensor {
  const shape = broadcastShapes(a.shape, b.shape) as number[] | undefined;
  if (shape === undefined) return call.fail(`meets shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`);
  const wide = (x: Tensor) => (x.shape.join() === shape.join() ? x : tf.broadcastTo(x, shape));
  return tf.getBackend() === 'webgpu' ? inShader(rule, wide(a), wide(b)) : onHost(rule, wide(a), wide(b));
}

/** TensorFlow takes no bits of floats and truths. */
function whole(x: Tensor, call: Call<Tensor>): Tensor {
  return x.dtype === 'int32' ? x : call.fail(`takes the bits of ${x.dtype}, which TensorFlow does not; cast to int32 before it in Keras`);
}

function pairwise(rule: Rule): Operation {
  return {
    parameters: ['x1|x', 'x2|y'],
    infer(call) {
      const [a, b] = call.pair('x1', 'x2');
      const shape = broadcastShapes(a.shape, b.shape) ?? call.fail(`meets shapes [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`);
      return { shape, type: 'int32' };
    },
    compute(call) {
      const [a, b] = call.pair('x1', 'x2');
      return combined(rule, whole(a, call), whole(b, call), call);
    },
  };
}

const not: Rule = { name: 'not', apply: (a) => ~a, wgsl: 'return ~a;' };

const invert: Operation = {
  parameters: [X],
  infer: (call) => ({ shape: call.tensor('x').shape, type: 'int32' }),
  compute(call) {
    const x = whole(call.tensor('x'), call);
    const unsigned = /^uint(32|64)$/.test(call.narrowType('x') ?? '');
    if (unsigned) call.fail('turns the bits of unsigned numbers, which are held in int32 here; cast to int32 before it in Keras');
    return combined(not, x, x, call);
  },
};

/** TensorFlow shifts by at least 0 and at most 31. */
const distance = (b: number) => Math.min(Math.max(b, 0), 31);
const left = pairwise({ name: 'left', apply: (a, b) => a << distance(b), wgsl: 'return a << u32(clamp(b, 0, 31));' });
const right = pairwise({ name: 'right', apply: (a, b) => a >> distance(b), wgsl: 'return a >> u32(clamp(b, 0, 31));' });

function divisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

const DIVISOR = 'var x = abs(a); var y = abs(b); while (y != 0) { let rest = x % y; x = y; y = rest; }';

export const bits: Readonly<Record<string, Operation>> = {
  BitwiseAnd: pairwise({ name: 'and', apply: (a, b) => a & b, wgsl: 'return a & b;' }),
  BitwiseOr: pairwise({ name: 'or', apply: (a, b) => a | b, wgsl: 'return a | b;' }),
  BitwiseXor: pairwise({ name: 'xor', apply: (a, b) => a ^ b, wgsl: 'return a ^ b;' }),
  BitwiseNot: invert,
  BitwiseInvert: invert,
  BitwiseLeftShift: left,
  LeftShift: left,
  BitwiseRightShift: right,
  RightShift: right,
  Gcd: pairwise({ name: 'gcd', apply: divisor, wgsl: `${DIVISOR} return x;` }),
  // A product that does not fit wraps, as TensorFlow's does.
  Lcm: pairwise({
    name: 'lcm',
    apply: (a, b) => (a === 0 && b === 0 ? 0 : Math.imul(Math.abs(a), Math.floor(Math.abs(b) / divisor(a, b)))),
    wgsl: `${DIVISOR} if (x == 0) { return 0; } return abs(a) * (abs(b) / x);`,
  }),
};
