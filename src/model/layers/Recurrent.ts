/**
 * SimpleRNN, LSTM, GRU, ConvLSTM1D-3D, RNN over cells, CuDNNLSTM and CuDNNGRU, Bidirectional: `keras/src/layers/rnn`. `stateful` is not
 * kept between predictions: every one starts from zeros, as a freshly opened model does.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../types';
import { argumentOf, tensorIndices } from './call';
import { type Cell, convLSTMCell, gruCell, lstmCell, simpleRNNCell, stackedCells } from './cells';
import { calledInTraining, constantArgument, flagOf, isStandalone, numberOf, require, unsupported, wordOf } from './config';
import { asBool, asFloat } from './dtypes';
import type { LayerDefinition, WeightDefinition } from './KerasLayer';
import { concatLast, permuteWeight, type WeightConversion } from './legacyWeights';
import { broadcast, reverse, where } from './manyAxes';
import type { MaskRule } from './masks';
import type { LayerSpec, StoredWeight } from './spec';

/** A recurrent layer apart from how it is called. */
interface Recurrence {
  readonly spec: LayerSpec;
  readonly cell: Cell;
  readonly sequences: boolean;
  readonly state: boolean;
  readonly backwards: boolean;
  readonly timeMajor: boolean;
  readonly zeroMasked: boolean;
  readonly convert?: WeightConversion;
}

const layerCells: Readonly<Record<string, (spec: LayerSpec) => Cell>> = {
  SimpleRNN: simpleRNNCell,
  LSTM: lstmCell,
  GRU: gruCell,
  ConvLSTM1D: (spec) => convLSTMCell(spec, 1),
  ConvLSTM2D: (spec) => convLSTMCell(spec, 2),
  ConvLSTM3D: (spec) => convLSTMCell(spec, 3),
  CuDNNLSTM: (spec) => cudnnCell(spec, lstmCell, 4),
  CuDNNGRU: (spec) => cudnnCell({ ...spec, config: { ...spec.config, reset_after: true } }, gruCell, 3),
  RNN: (spec) => cellOf(spec, spec.config.cell),
};

const cellClasses: Readonly<Record<string, (spec: LayerSpec) => Cell>> = {
  SimpleRNNCell: simpleRNNCell,
  LSTMCell: lstmCell,
  GRUCell: gruCell,
};

/** Whether this file knows the class. */
export function isRecurrent(className: string): boolean {
  return Object.hasOwn(layerCells, className);
}

function cellOf(spec: LayerSpec, value: unknown): Cell {
  const { class_name: className, config } = (value ?? {}) as { class_name?: string; config?: Record<string, unknown> };
  const inner: LayerSpec = { ...spec, className: className ?? 'an unnamed cell', config: config ?? {} };
  if (className === 'StackedRNNCells') {
    const cells = (inner.config.cells ?? []) as { class_name?: string }[];
    const seen = new Map<string, number>();
    const names = cells.map(({ class_name: name }) => {
      const snake = String(name)
        .replace(/([a-z])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3_$2$4')
        .toLowerCase();
      const count = seen.get(snake) ?? 0;
      seen.set(snake, count + 1);
      return count === 0 ? snake : `${snake}_${count}`;
    });
    return stackedCells(
      spec,
      cells.map((cell) => cellOf(spec, cell)),
      names,
    );
  }
  const make = className === undefined ? undefined : cellClasses[className];
  return (
    make?.(inner) ??
    unsupported(spec, `runs over ${className ?? 'no cell'}; supported are ${Object.keys(cellClasses).join(', ')}, StackedRNNCells`)
  );
}

function recurrenceOf(spec: LayerSpec): Recurrence {
  const make = layerCells[spec.className] ?? unsupported(spec, 'is no recurrent layer that is known here');
  const drops = numberOf(spec, 'dropout', 0) + numberOf(spec, 'recurrent_dropout', 0);
  require(!(calledInTraining(spec) && drops > 0), spec, () => 'drops out at random at inference too (training=True)');
  const convert = legacyRecurrentWeights(spec);
  return {
    spec,
    cell: make(spec),
    sequences: flagOf(spec, 'return_sequences', false),
    state: flagOf(spec, 'return_state', false),
    backwards: flagOf(spec, 'go_backwards', false),
    timeMajor: flagOf(spec, 'time_major', false),
    zeroMasked: flagOf(spec, 'zero_output_for_mask', false),
    ...(convert === undefined ? {} : { convert }),
  };
}

export function recurrent(spec: LayerSpec): LayerDefinition {
  const recurrence = recurrenceOf(spec);
  const roles = rolesOf(spec);
  return {
    outputShapes: (inputs) => outputShapes(recurrence, inputs[roles.sequence]!),
    weights: (inputs) => recurrence.cell.weights(stepOf(recurrence, inputs[roles.sequence]!)),
    compute(inputs, weights, masks) {
      const mask = roles.mask === undefined ? masks[roles.sequence] : inputs[roles.mask];
      const states = roles.states.map((index) => asFloat(inputs[index]!));
      return run(recurrence, asFloat(inputs[roles.sequence]!), weights, mask, states);
    },
    masking: sequenceMask(recurrence.sequences, roles.sequence),
    ...(recurrence.convert === undefined ? {} : { convertWeights: recurrence.convert }),
  };
}

/** Which inputs are the sequence, the initial states and an explicit mask. Keras 2 lists the states behind the sequence. */
function rolesOf(spec: LayerSpec): { sequence: number; states: readonly number[]; mask?: number } {
  require(!numberOf(spec, 'num_constants', 0), spec, () => 'passes constants to its cell, which is not supported');
  const first = tensorIndices(argumentOf(spec, 'sequences', 0) ?? argumentOf(spec, 'inputs', 0));
  require(first.length > 0, spec, () => 'is called without a sequence');
  const given = tensorIndices(argumentOf(spec, 'initial_state', spec.keras.major === 3 ? 1 : undefined));
  const states = constantArgument(spec, 'initial_state');
  require(states === undefined || states === null, spec, () =>
    'starts from states that are constants, which Keras 2 does not reopen either; make them inputs of the model and save it again');
  const mask = tensorIndices(argumentOf(spec, 'mask', spec.keras.major === 3 ? 2 : 1))[0];
  return { sequence: first[0]!, states: [...first.slice(1), ...given], ...(mask === undefined ? {} : { mask }) };
}

function sequenceMask(sequences: boolean, sequence: number): MaskRule {
  if (!sequences) return { takes: true };
  return {
    takes: true,
    gives: {
      when: (present) => present[sequence] === true,
      shape: (inputs) => inputs[sequence]!.slice(0, 2),
      compute: (_, masks) => masks[sequence]!.clone(),
    },
  };
}

/** The shape of one step of a sequence. */
function stepOf({ timeMajor }: Recurrence, sequence: Shape): Shape {
  return timeMajor ? sequence.slice(1) : [sequence[0] ?? null, ...sequence.slice(2)];
}

function outputShapes(recurrence: Recurrence, sequence: Shape): Shape[] {
  const step = stepOf(recurrence, sequence);
  const [batch, ...out] = recurrence.cell.outputShape(step);
  const time = sequence[recurrence.timeMajor ? 0 : 1] ?? null;
  const all = recurrence.timeMajor ? [time, batch ?? null, ...out] : [batch ?? null, time, ...out];
  const first = recurrence.sequences ? all : [batch ?? null, ...out];
  return recurrence.state ? [first, ...recurrence.cell.stateShapes(step)] : [first];
}

function run(
  { spec, cell, sequences, state, backwards, timeMajor, zeroMasked }: Recurrence,
  given: Tensor,
  weights: readonly Tensor[],
  givenMask: Tensor | undefined,
  initial: readonly Tensor[],
): Tensor[] {
  const swap = (x: Tensor) => tf.transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);
  const sequence = timeMajor ? swap(given) : given;
  const mask = givenMask === undefined ? undefined : asFloat(timeMajor ? swap(givenMask) : givenMask);
  const step = [sequence.shape[0]!, ...sequence.shape.slice(2)];
  const steps = tf.unstack(cell.project(sequence, weights), 1);
  const counts = mask === undefined ? undefined : tf.unstack(mask, 1);
  let states: readonly Tensor[] = initial.length > 0 ? initial : cell.stateShapes(step).map((shape) => tf.zeros(shape as number[]));
  let previous: Tensor | undefined;
  const outputs: Tensor[] = [];
  const order = steps.map((_, i) => i);
  for (const t of backwards ? order.reverse() : order) {
    const [output, ...next] = tf.tidy(() => {
      const result = cell.step(steps[t]!, states, weights);
      if (counts === undefined) return [result.output, ...result.states];
      const held = zeroMasked || previous === undefined ? tf.zerosLike(result.output) : previous;
      return [choose(counts[t]!, result.output, held), ...result.states.map((s, i) => choose(counts[t]!, s, states[i]!))];
    }) as Tensor[];
    previous = output!;
    states = next;
    outputs.push(output!);
  }
  require(previous !== undefined, spec, () => 'has no time steps');
  const stacked = sequences ? tf.stack(outputs, timeMajor ? 0 : 1) : previous;
  return state ? [stacked, ...states] : [stacked];
}

/** `a` for the samples that count, `b` for the others. */
function choose(counts: Tensor, a: Tensor, b: Tensor): Tensor {
  const wide = broadcast(tf.mul, tf.reshape(counts, [-1, ...a.shape.slice(1).map(() => 1)]), tf.ones(a.shape));
  return where(asBool(wide), a, b);
}

export function bidirectional(spec: LayerSpec): LayerDefinition {
  const mode = spec.config.merge_mode === null ? 'none' : wordOf(spec, 'merge_mode', ['concat', 'sum', 'ave', 'mul', 'none'], 'concat');
  const inner = (value: unknown, flip: boolean): Recurrence => {
    const { class_name: className, config } = (value ?? {}) as { class_name?: unknown; config?: Record<string, unknown> };
    require(typeof className === 'string' && typeof config === 'object' && config !== null, spec, () =>
      'has no layer of a class and a config in its own config');
    const turned = flip ? (spec.keras.major === 3 ? true : config.go_backwards !== true) : config.go_backwards;
    const recurrence = recurrenceOf({ ...spec, className, config: { ...config, go_backwards: turned ?? false } });
    // What a mask leaves out is zero in both directions; Keras up to 2.3 repeats the step before in each.
    return isStandalone(spec) ? recurrence : { ...recurrence, zeroMasked: recurrence.sequences };
  };
  const forward = inner(spec.config.layer, false);
  const backward = spec.config.backward_layer ? inner(spec.config.backward_layer, false) : inner(spec.config.layer, true);
  const roles = rolesOf(spec);
  const prefixed = (weights: readonly WeightDefinition[], direction: string) =>
    weights.map((weight) => ({
      ...weight,
      name: `${direction}/${weight.name}`,
      paths: weight.paths.map((path) => `${direction}_layer/${path}`),
    }));
  const forwardWeights = (inputs: readonly Shape[]) => forward.cell.weights(stepOf(forward, inputs[roles.sequence]!));
  return {
    outputShapes(inputs) {
      const [first, ...states] = outputShapes(forward, inputs[roles.sequence]!);
      const [other, ...statesBack] = outputShapes(backward, inputs[roles.sequence]!);
      const joined = (n: number | null) => (n === null ? null : n + (other!.at(-1) ?? 0));
      const merged = mode === 'concat' ? first!.map((n, axis) => (axis === first!.length - 1 ? joined(n) : n)) : first!;
      return [...(mode === 'none' ? [first!, other!] : [merged]), ...states, ...statesBack];
    },
    weights: (inputs) => [
      ...prefixed(forwardWeights(inputs), 'forward'),
      ...prefixed(backward.cell.weights(stepOf(backward, inputs[roles.sequence]!)), 'backward'),
    ],
    compute(inputs, weights, masks) {
      const x = asFloat(inputs[roles.sequence]!);
      const mask = roles.mask === undefined ? masks[roles.sequence] : inputs[roles.mask];
      const half = forwardWeights(inputs.map(({ shape }) => shape)).length;
      const states = roles.states.map((index) => asFloat(inputs[index]!));
      const middle = states.length / 2;
      const [there, ...statesThere] = run(forward, x, weights.slice(0, half), mask, states.slice(0, middle));
      const [back, ...statesBack] = run(backward, x, weights.slice(half), mask, states.slice(middle));
      const turned = forward.sequences ? reverse(back!, [forward.timeMajor ? 0 : 1]) : back!;
      return [...mergeDirections(there!, turned, mode), ...statesThere, ...statesBack];
    },
    masking: sequenceMask(forward.sequences, roles.sequence),
    ...(forward.convert === undefined ? {} : { convertWeights: bothDirections(forward.convert) }),
  };
}

function mergeDirections(a: Tensor, b: Tensor, mode: 'concat' | 'sum' | 'ave' | 'mul' | 'none'): Tensor[] {
  switch (mode) {
    case 'concat':
      return [tf.concat([a, b], a.rank - 1)];
    case 'sum':
      return [tf.add(a, b)];
    case 'ave':
      return [tf.div(tf.add(a, b), 2)];
    case 'mul':
      return [tf.mul(a, b)];
    case 'none':
      return [a, b];
  }
}

function bothDirections(convert: WeightConversion): WeightConversion {
  return (stored, expected) => {
    const [half, middle] = [stored.length / 2, expected.length / 2];
    return [...convert(stored.slice(0, half), expected.slice(0, middle)), ...convert(stored.slice(half), expected.slice(middle))];
  };
}

/** Keras 1 kept every gate's three weights apart; LSTMs in the order input, cell, forget, output. */
function legacyRecurrentWeights(spec: LayerSpec): WeightConversion | undefined {
  if (spec.keras.major !== 1) return undefined;
  const orders: Readonly<Record<string, readonly number[]>> = { GRU: [0, 1, 2], LSTM: [0, 2, 1, 3], ConvLSTM2D: [0, 2, 1, 3] };
  const order = orders[spec.className];
  if (order === undefined) return undefined;
  return (stored) => {
    if (stored.length !== order.length * 3) return stored;
    const joined = [0, 1, 2].map((part): StoredWeight => {
      const gatesOf = order.map((gate) => stored[gate * 3 + part]!);
      const first = spec.className === 'ConvLSTM2D' && spec.config.data_format === 'channels_first' && part < 2;
      return concatLast(
        first ? gatesOf.map((weight) => permuteWeight(weight, [2, 3, 1, 0])) : gatesOf,
        ['kernel', 'recurrent_kernel', 'bias'][part]!,
      );
    });
    return joined;
  };
}

/**
 * CuDNNLSTM and CuDNNGRU (Keras 2.1 to 2.3): the same layers with weights as cuDNN lays them out, and two biases a gate.
 * `_convert_rnn_weights` of Keras 2's `saving/legacy/hdf5_format.py`.
 */
function cudnnCell(spec: LayerSpec, make: (spec: LayerSpec) => Cell, count: number): Cell {
  const units = numberOf(spec, 'units');
  const cell = make({ ...spec, config: { ...spec.config, recurrent_activation: 'sigmoid', activation: 'tanh', use_bias: true } });
  const turn = (kernel: Tensor): Tensor =>
    tf.concat(
      tf.split(kernel, count, 1).map((part) => tf.transpose(tf.reshape(part, [units, part.shape[0]!]))),
      1,
    );
  const canonical = ([kernel, recurrentKernel, bias]: readonly Tensor[]): Tensor[] => {
    const halves = tf.reshape(bias!, [2, count * units]);
    return [turn(kernel!), turn(recurrentKernel!), count === 4 ? tf.sum(halves, 0) : halves];
  };
  return {
    ...cell,
    weights: (step) => cell.weights(step).map((weight, i) => (i === 2 ? { ...weight, shape: [2 * count * units] } : weight)),
    project: (sequence, weights) => cell.project(sequence, canonical(weights)),
    step: (projected, states, weights) => cell.step(projected, states, canonical(weights)),
  };
}
