/** What recurrent layers do at one time step: `keras/src/layers/rnn/{simple_rnn,lstm,gru,conv_lstm,stacked_rnn_cells}.py`. */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type Activation, activationOf, linear } from '../activations';
import type { Shape } from '../types';
import { convolve, convolvedShape, type Geometry, geometryOf } from './Convolution';
import { dataFormatOf, fixedAxis, flagOf, numberOf, require, unsupported } from './config';
import type { WeightDefinition } from './KerasLayer';
import { channelsOf, fromChannelsLast, shapeOf, spatialOf, toChannelsLast } from './spatial';
import type { LayerSpec } from './spec';

export interface Cell {
  /** Shape of one step's output, and of every state, for one step's input; batch first. */
  outputShape(step: Shape): Shape;
  stateShapes(step: Shape): readonly Shape[];
  weights(step: Shape): readonly WeightDefinition[];
  /** The part that needs no state, for all steps `[batch, time, ...]` at once. */
  project(sequence: Tensor, weights: readonly Tensor[]): Tensor;
  step(
    projected: Tensor,
    states: readonly Tensor[],
    weights: readonly Tensor[],
  ): { readonly output: Tensor; readonly states: readonly Tensor[] };
}

export function simpleRNNCell(spec: LayerSpec): Cell {
  const units = numberOf(spec, 'units');
  const activation = activationOf(spec, spec.config.activation ?? 'tanh', true);
  const dense = denseParts(spec, units, 1);
  return {
    ...dense,
    step(projected, [h], weights) {
      const output = activation.apply(tf.add(projected, tf.matMul(h!, weights[1]!)));
      return { output, states: [output] };
    },
  };
}

export function lstmCell(spec: LayerSpec): Cell {
  const units = numberOf(spec, 'units');
  const { activation, gate } = gates(spec);
  return {
    ...denseParts(spec, units, 4),
    stateShapes: (step) => [
      [step[0] ?? null, units],
      [step[0] ?? null, units],
    ],
    step(projected, [h, c], weights) {
      return lstmStep(tf.add(projected, tf.matMul(h!, weights[1]!)), c!, activation, gate);
    },
  };
}

/** Gates in Keras' order: input, forget, cell, output, along the last axis. */
function lstmStep(gated: Tensor, c: Tensor, activation: Activation, gate: Activation) {
  const [i, f, candidate, o] = tf.split(gated, 4, gated.rank - 1) as [Tensor, Tensor, Tensor, Tensor];
  const carry = tf.add(tf.mul(gate.apply(f), c), tf.mul(gate.apply(i), activation.apply(candidate)));
  const output = tf.mul(gate.apply(o), activation.apply(carry));
  return { output, states: [output, carry] };
}

export function gruCell(spec: LayerSpec): Cell {
  const units = numberOf(spec, 'units');
  const { activation, gate } = gates(spec);
  // Written since Keras 2.1.5; files without it are older and apply the reset gate before the product.
  const resetAfter = flagOf(spec, 'reset_after', spec.keras.major === 3);
  const useBias = flagOf(spec, 'use_bias', true);
  const dense = denseParts(spec, units, 3);
  const row = (bias: Tensor, index: number) => (bias.rank === 1 ? bias : tf.reshape(tf.slice(bias, [index, 0], [1, -1]), [-1]));
  return {
    ...dense,
    weights(step) {
      const [kernel, recurrent] = dense.weights(step);
      const shape = resetAfter ? [2, 3 * units] : [3 * units];
      return useBias ? [kernel!, recurrent!, { name: 'bias', shape, paths: ['cell/vars/2', 'vars/2'] }] : [kernel!, recurrent!];
    },
    project: (sequence, [kernel, , bias]) => projectSteps(sequence, kernel!, useBias ? row(bias!, 0) : undefined),
    step(projected, [h], [, recurrent, bias]) {
      const [xz, xr, xh] = tf.split(projected, 3, 1) as [Tensor, Tensor, Tensor];
      const inner = (kernel: Tensor) => tf.matMul(h!, kernel);
      let [z, r, candidate]: Tensor[] = [];
      if (resetAfter) {
        const products = inner(recurrent!);
        const [hz, hr, hh] = tf.split(useBias ? tf.add(products, row(bias!, 1)) : products, 3, 1) as [Tensor, Tensor, Tensor];
        z = gate.apply(tf.add(xz, hz));
        r = gate.apply(tf.add(xr, hr));
        candidate = activation.apply(tf.add(xh, tf.mul(r, hh)));
      } else {
        const [kz, kr, kh] = tf.split(recurrent!, 3, 1) as [Tensor, Tensor, Tensor];
        z = gate.apply(tf.add(xz, inner(kz)));
        r = gate.apply(tf.add(xr, inner(kr)));
        candidate = activation.apply(tf.add(xh, tf.matMul(tf.mul(r, h!), kh)));
      }
      const output = tf.add(tf.mul(z, h!), tf.mul(tf.sub(1, z), candidate));
      return { output, states: [output] };
    },
  };
}

function gates(spec: LayerSpec): { activation: Activation; gate: Activation } {
  return {
    activation: activationOf(spec, spec.config.activation ?? 'tanh', true),
    gate: activationOf(spec, spec.config.recurrent_activation ?? (spec.keras.major === 1 ? 'hard_sigmoid' : 'sigmoid'), true),
  };
}

/** What the three dense cells have in common: `gateCount` blocks of `units` side by side. */
function denseParts(spec: LayerSpec, units: number, gateCount: number): Omit<Cell, 'step'> {
  const useBias = flagOf(spec, 'use_bias', true);
  const width = units * gateCount;
  const state: (step: Shape) => Shape = (step) => [step[0] ?? null, units];
  return {
    outputShape: state,
    stateShapes: (step) => [state(step)],
    weights(step) {
      require(step.length === 2, spec, () => `takes sequences of vectors and is given ${step.length + 1} axes`);
      const weights: WeightDefinition[] = [
        { name: 'kernel', shape: [fixedAxis(spec, step, -1), width], paths: ['cell/vars/0', 'vars/0'] },
        { name: 'recurrent_kernel', shape: [units, width], paths: ['cell/vars/1', 'vars/1'] },
      ];
      return useBias ? [...weights, { name: 'bias', shape: [width], paths: ['cell/vars/2', 'vars/2'] }] : weights;
    },
    project: (sequence, [kernel, , bias]) => projectSteps(sequence, kernel!, bias),
  };
}

function projectSteps(sequence: Tensor, kernel: Tensor, bias: Tensor | undefined): Tensor {
  const [batch, time, features] = sequence.shape as [number, number, number];
  const flat = tf.matMul(tf.reshape(sequence, [batch * time, features]), kernel);
  return tf.reshape(bias === undefined ? flat : tf.add(flat, bias), [batch, time, kernel.shape[1]!]);
}

export function convLSTMCell(spec: LayerSpec, rank: 1 | 2 | 3): Cell {
  const filters = numberOf(spec, 'filters');
  const format = dataFormatOf(spec);
  const geometry = geometryOf(spec, rank);
  const useBias = flagOf(spec, 'use_bias', true);
  const { activation, gate } = gates(spec);
  const turned = format === 'channels_first' && (activation.alongAxis ?? gate.alongAxis);
  require(!turned, spec, () => `has the activation '${activation.name}' with channels first, which is not supported`);
  const ones = geometry.kernelSize.map(() => 1);
  const recurrent: Geometry = { ...geometry, strides: ones, dilation: ones, padding: 'same' };
  const state: (step: Shape) => Shape = (step) => shapeOf(step[0], convolvedShape(spatialOf(step, format), geometry), filters, format);
  return {
    outputShape: state,
    stateShapes: (step) => [state(step), state(step)],
    weights(step) {
      require(step.length === rank + 2, spec, () => `takes inputs of ${rank + 3} axes and is given ${step.length + 1}`);
      const channels = channelsOf(step, format) ?? unsupported(spec, 'needs a fixed number of channels');
      const weights: WeightDefinition[] = [
        { name: 'kernel', shape: [...geometry.kernelSize, channels, filters * 4], paths: ['cell/vars/0'] },
        { name: 'recurrent_kernel', shape: [...geometry.kernelSize, filters, filters * 4], paths: ['cell/vars/1'] },
      ];
      return useBias ? [...weights, { name: 'bias', shape: [filters * 4], paths: ['cell/vars/2'] }] : weights;
    },
    // Steps stay channels-last inside; states and outputs are in the layer's own format.
    project(sequence, [kernel, , bias]) {
      const [batch, time, ...rest] = sequence.shape as [number, number, ...number[]];
      const pictures = toChannelsLast(tf.reshape(sequence, [batch * time, ...rest]), format);
      const projected = convolve(pictures, kernel!, bias, geometry, 1, linear);
      return tf.reshape(projected, [batch, time, ...projected.shape.slice(1)]);
    },
    step(projected, [h, c], [, kernel]) {
      const [hidden, carry] = [toChannelsLast(h!, format), toChannelsLast(c!, format)];
      const inner = convolve(hidden, kernel!, undefined, recurrent, 1, linear);
      const { states } = lstmStep(tf.add(projected, inner), carry, activation, gate);
      const [output, next] = states.map((x) => fromChannelsLast(x, format)) as [Tensor, Tensor];
      return { output, states: [output, next] };
    },
  };
}

/** Cells one on top of the other. */
export function stackedCells(spec: LayerSpec, cells: readonly Cell[], names: readonly string[]): Cell {
  const inputsOf = (step: Shape): Shape[] => {
    const steps = [step];
    for (const cell of cells) steps.push(cell.outputShape(steps.at(-1)!));
    return steps;
  };
  const counts = (step: Shape) => cells.map((cell, i) => cell.stateShapes(inputsOf(step)[i]!).length);
  require(spec.config.reverse_state_order !== true, spec, () => 'has reverse_state_order, which Keras dropped');
  return {
    outputShape: (step) => inputsOf(step).at(-1)!,
    stateShapes: (step) => cells.flatMap((cell, i) => cell.stateShapes(inputsOf(step)[i]!)),
    weights: (step) =>
      cells.flatMap((cell, i) =>
        cell.weights(inputsOf(step)[i]!).map((weight) => ({
          ...weight,
          name: `${names[i]}/${weight.name}`,
          paths: weight.paths.filter((path) => !path.startsWith('cell/')).map((path) => `cell/cells/${names[i]}/${path}`),
        })),
      ),
    project: (sequence) => sequence,
    step(input, states, weights) {
      const perCell = counts(input.shape);
      const [restStates, restWeights] = [[...states], [...weights]];
      const next: Tensor[] = [];
      let output = input;
      cells.forEach((cell, i) => {
        const own = restWeights.splice(0, cell.weights(output.shape).length);
        const projected = tf.squeeze(cell.project(tf.expandDims(output, 1), own), [1]);
        const result = cell.step(projected, restStates.splice(0, perCell[i]!), own);
        output = result.output;
        next.push(...result.states);
      });
      return { output, states: next };
    },
  };
}
