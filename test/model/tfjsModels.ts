/** Small models as tfjs saves them, for the tests of tfjs' formats. */

import type * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** A model saved by tfjs itself, as artifacts. */
export async function saved(model: tfl.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save({
    save: async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  });
  return artifacts!;
}

const random = { kernelInitializer: 'randomNormal', biasInitializer: 'randomNormal' } as const;

export function nestedModel(): tfl.LayersModel {
  const inner = tfl.sequential({
    name: 'inner',
    layers: [
      tfl.layers.conv2d({ inputShape: [8, 8, 2], filters: 3, kernelSize: 3, activation: 'relu', name: 'conv', ...random }),
      tfl.layers.batchNormalization({ name: 'bn', movingMeanInitializer: 'randomNormal' }),
    ],
  });
  const input = tfl.input({ shape: [8, 8, 2], name: 'picture' });
  const pooled = tfl.layers.maxPooling2d({ poolSize: 2, name: 'pool' }).apply(inner.apply(input)) as tfl.SymbolicTensor;
  const flat = tfl.layers.flatten({ name: 'flat' }).apply(pooled) as tfl.SymbolicTensor;
  const output = tfl.layers.dense({ units: 4, activation: 'softmax', name: 'out', ...random }).apply(flat) as tfl.SymbolicTensor;
  return tfl.model({ inputs: input, outputs: output, name: 'outer' });
}

/** A hand-made graph: two convolutions, one fused with its bias and relu6, as the converter writes them. */
export function graphArtifacts(): tf.io.ModelArtifacts {
  const attr = (type: string) => ({ dtype: { type } });
  const conv = {
    T: { type: 'DT_FLOAT' },
    strides: { list: { i: ['1', '1', '1', '1'] } },
    dilations: { list: { i: ['1', '1', '1', '1'] } },
    padding: { s: btoa('SAME') },
    data_format: { s: btoa('NHWC') },
  };
  const node = [
    {
      name: 'x',
      op: 'Placeholder',
      attr: { ...attr('DT_FLOAT'), shape: { shape: { dim: [{ size: '-1' }, { size: '-1' }, { size: '-1' }, { size: '2' }] } } },
    },
    { name: 'k1', op: 'Const', attr: attr('DT_FLOAT') },
    { name: 'b1', op: 'Const', attr: attr('DT_FLOAT') },
    { name: 'k2', op: 'Const', attr: attr('DT_FLOAT') },
    {
      name: 'first/fused',
      op: '_FusedConv2D',
      input: ['x', 'k1', 'b1'],
      attr: { ...conv, num_args: { i: '1' }, fused_ops: { list: { s: [btoa('BiasAdd'), btoa('Relu6')] } }, epsilon: { f: 0 } },
    },
    { name: 'second/conv', op: 'Conv2D', input: ['first/fused', 'k2'], attr: conv },
    { name: 'second/relu', op: 'Relu', input: ['second/conv'], attr: { T: { type: 'DT_FLOAT' } } },
    { name: 'Identity', op: 'Identity', input: ['second/relu'], attr: { T: { type: 'DT_FLOAT' } } },
  ];
  const weights = [
    ['k1', [3, 3, 2, 4]],
    ['b1', [4]],
    ['k2', [1, 1, 4, 3]],
  ] as const;
  const values = weights.map(([, shape]) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1 as number) }, (_, i) => Math.sin(i * 1.7 + 0.3)),
  );
  const data = new Float32Array(values.flatMap((array) => [...array]));
  return {
    format: 'graph-model',
    generatedBy: '2.11.0',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    modelTopology: { node, versions: { producer: 987 } },
    weightSpecs: weights.map(([name, shape]) => ({ name, shape: [...shape], dtype: 'float32' })),
    weightData: data.buffer,
  };
}

/** A graph of a picture of any size: a convolution of such a window without padding, one by channels, and two pools; `after` them each. */
export function windowArtifacts(size: number, stride = 2): tf.io.ModelArtifacts {
  const T = { type: 'DT_FLOAT' };
  const strides = { list: { i: ['1', `${stride}`, `${stride}`, '1'] } };
  const ones = { list: { i: ['1', '1', '1', '1'] } };
  const window = { list: { i: ['1', `${size}`, `${size}`, '1'] } };
  const attr = { T, strides, dilations: ones, ksize: window, padding: { s: btoa('VALID') }, data_format: { s: btoa('NHWC') } };
  const dim = ['-1', '-1', '-1', '2'].map((n) => ({ size: n }));
  const ops: [name: string, op: string, kernel?: string][] = [
    ['conv', 'Conv2D', 'k'],
    ['depthwise', 'DepthwiseConv2dNative', 'd'],
    ['largest', 'MaxPool'],
    ['mean', 'AvgPool'],
  ];
  const node = [
    { name: 'x', op: 'Placeholder', attr: { dtype: T, shape: { shape: { dim } } } },
    ...['k', 'd'].map((name) => ({ name, op: 'Const', attr: { dtype: T } })),
    ...ops.flatMap(([name, op, kernel]) => [
      { name, op, input: kernel ? ['x', kernel] : ['x'], attr },
      { name: `after/${name}`, op: 'Relu', input: [name], attr: { T } },
    ]),
  ];
  return {
    format: 'graph-model',
    modelTopology: { node, versions: { producer: 987 } },
    weightSpecs: [
      { name: 'k', shape: [size, size, 2, 3], dtype: 'float32' },
      { name: 'd', shape: [size, size, 2, 1], dtype: 'float32' },
    ],
    weightData: new Float32Array(size * size * 8).fill(0.5).buffer,
  };
}

/**
 * A loop of TensorFlow 1 that doubles its input three times, between two activations; nothing says the input's shape. An endless one goes
 * on for ever, but for an input of zeros.
 */
export function loopArtifacts(endless = false): tf.io.ModelArtifacts {
  const T = { type: 'DT_FLOAT' };
  const float = { T, dtype: T };
  const enter = (constant: boolean) => ({ T, frame_name: { s: btoa('frame') }, is_constant: { b: constant } });
  const node = [
    { name: 'x', op: 'Placeholder', attr: float },
    ...['zero', 'one', 'three'].map((name) => ({ name, op: 'Const', attr: float })),
    { name: 'before', op: 'Relu', input: ['x'], attr: float },
    { name: 'round', op: 'Enter', input: ['zero'], attr: enter(false) },
    { name: 'value', op: 'Enter', input: ['before'], attr: enter(false) },
    { name: 'step', op: 'Enter', input: ['one'], attr: enter(true) },
    { name: 'limit', op: 'Enter', input: ['three'], attr: enter(true) },
    { name: 'round/added', op: 'AddV2', input: ['round/body', 'step'], attr: float },
    { name: 'value/added', op: 'AddV2', input: ['value/body', 'value/body'], attr: float },
    ...['round', 'value'].flatMap((name) => [
      { name: `${name}/next`, op: 'NextIteration', input: [`${name}/added`], attr: float },
      { name: `${name}/merge`, op: 'Merge', input: [name, `${name}/next`], attr: float },
      { name: `${name}/switch`, op: 'Switch', input: [`${name}/merge`, 'goes on'], attr: float },
      { name: `${name}/body`, op: 'Identity', input: [`${name}/switch:1`], attr: float },
    ]),
    { name: 'less', op: 'Less', input: ['round/merge', endless ? 'value/merge' : 'limit'], attr: float },
    { name: 'goes on', op: 'LoopCond', input: ['less'], attr: float },
    { name: 'value/exit', op: 'Exit', input: ['value/switch'], attr: float },
    { name: 'after', op: 'Neg', input: ['value/exit'], attr: float },
  ];
  const weightSpecs = ['zero', 'one', 'three'].map((name) => ({ name, shape: [], dtype: 'float32' as const }));
  const signature = { inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT' } }, outputs: { result: { name: 'after:0', dtype: 'DT_FLOAT' } } };
  return {
    format: 'graph-model',
    modelTopology: { node, versions: { producer: 987 } },
    signature,
    weightSpecs,
    weightData: Float32Array.of(0, endless ? 0 : 1, 3).buffer,
  };
}

/** The same loop as TensorFlow 2 has it: a node with two functions. */
export function whileArtifacts(endless = false): tf.io.ModelArtifacts {
  const T = { type: 'DT_FLOAT' };
  const float = { T, dtype: T };
  const types = { list: { type: ['DT_FLOAT', 'DT_FLOAT', 'DT_FLOAT', 'DT_FLOAT'] } };
  const called = (name: string, output: string) => ({
    signature: {
      name,
      inputArg: ['round', 'value', 'limit', 'step'].map((argument) => ({ name: argument, ...T })),
      outputArg: output.split(' ').map((argument) => ({ name: argument, ...T })),
    },
  });
  const node = [
    { name: 'x', op: 'Placeholder', attr: float },
    { name: 'zero', op: 'Const', attr: float },
    { name: 'limit', op: 'Const', attr: float },
    { name: 'one', op: 'Const', attr: float },
    { name: 'before', op: 'Relu', input: ['x'], attr: float },
    {
      name: 'loop',
      op: 'StatelessWhile',
      input: ['zero', 'before', 'limit', 'one'],
      attr: { T: types, cond: { func: { name: 'cond' } }, body: { func: { name: 'body' } } },
    },
    { name: 'value', op: 'Identity', input: ['loop:1'], attr: float },
    { name: 'after', op: 'Neg', input: ['value'], attr: float },
  ];
  const functions = [
    {
      ...called('cond', 'less'),
      nodeDef: [{ name: 'Less', op: 'Less', input: ['round', endless ? 'value' : 'limit'], attr: float }],
      ret: { less: 'Less:z:0' },
    },
    {
      ...called('body', 'next doubled same one'),
      nodeDef: [
        { name: 'Add', op: 'AddV2', input: ['round', 'step'], attr: float },
        { name: 'Double', op: 'AddV2', input: ['value', 'value'], attr: float },
      ],
      ret: { next: 'Add:z:0', doubled: 'Double:z:0', same: 'limit', one: 'step' },
    },
  ];
  return {
    format: 'graph-model',
    modelTopology: { node, library: { function: functions }, versions: { producer: 987 } },
    signature: { inputs: { x: { name: 'x:0', dtype: 'DT_FLOAT' } }, outputs: { result: { name: 'after:0', dtype: 'DT_FLOAT' } } },
    weightSpecs: ['zero', 'limit', 'one'].map((name) => ({ name, shape: [], dtype: 'float32' as const })),
    weightData: Float32Array.of(0, 3, endless ? 0 : 1).buffer,
  };
}
