/**
 * A Lambda of a function that Keras itself has, which its file names: an activation (Keras 3), or `preprocess_input` of
 * `keras.applications` (Keras 2). Any other Lambda is Python code of the model's author.
 */

import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { ActivationLensError } from '../../errors';
import { activationNames, activationOf } from '../activations';
import { unsupported } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { broadcast, reverse } from './manyAxes';
import { describeLayer, type LayerSpec } from './spec';

export function lambda(spec: LayerSpec): LayerDefinition {
  const apply = activation(spec) ?? preprocessing(spec);
  if (apply === undefined) {
    throw new ActivationLensError(
      'custom-object',
      `${describeLayer(spec)} runs Python code of the model's author, which is never run here. Register its computation under the name 'Lambda' ` +
        'through customLayers (of several, the layer that it is made for tells its name), or save the model with that code written as Keras layers.',
      { details: { layer: spec.name, path: spec.path, className: spec.className } },
    );
  }
  return { outputShapes: ([shape]) => [shape!], compute: ([x]) => apply(asFloat(x!)) };
}

/** Keras 3 looks up the name of any function that it has no code of among its own; of one number, these are the activations. */
function activation(spec: LayerSpec): ((x: Tensor) => Tensor) | undefined {
  const {
    class_name: kind,
    config: name,
    module,
  } = (spec.config.function ?? {}) as { class_name?: unknown; config?: unknown; module?: unknown };
  if (spec.keras.major < 3 || kind !== 'function' || module !== 'builtins' || !activationNames(3).includes(String(name))) return undefined;
  if (argumentsOf(spec).length > 0)
    unsupported(spec, `passes arguments to the activation '${String(name)}'; make it an Activation or an operation`);
  return activationOf(spec, name).apply;
}

/** How each module of `keras.applications` scales pictures of 0 to 255. */
const modes: Readonly<Record<string, Mode>> = {
  ...named('mobilenet mobilenet_v2 inception_v3 inception_resnet_v2 xception nasnet resnet_v2', 'tf'),
  ...named('vgg16 vgg19 resnet resnet50', 'caffe'),
  ...named('densenet', 'torch'),
  ...named('efficientnet efficientnet_v2 mobilenet_v3 convnext regnet resnet_rs', 'none'),
};

type Mode = 'tf' | 'caffe' | 'torch' | 'none';

function named(modules: string, mode: Mode): Record<string, Mode> {
  return Object.fromEntries(modules.split(' ').map((name) => [name, mode]));
}

/** Keras 2 writes a function's bytecode, which is not read but for the function's name, and the module that has it. */
function preprocessing(spec: LayerSpec): ((x: Tensor) => Tensor) | undefined {
  const application = /^(?:(?:tf_)?keras(?:\.src)?|tensorflow\.python\.keras)\.applications\.(\w+)$/.exec(String(spec.config.module))?.[1];
  const code = (spec.config.function as readonly unknown[] | undefined)?.[0];
  if (application === undefined || spec.config.function_type !== 'lambda' || typeof code !== 'string') return undefined;
  if (!atob(code.replace(/\s/g, '')).includes('preprocess_input')) return undefined;
  const own = application === 'imagenet_utils';
  const known = own ? String(passed(spec, 'mode') ?? 'caffe') : Object.hasOwn(modes, application) ? modes[application] : undefined;
  const extra = argumentsOf(spec).find(([key, value]) => !(own && key === 'mode') && !(key === 'data_format' && value === 'channels_last'));
  if (extra !== undefined) unsupported(spec, `passes the argument '${extra[0]}' to preprocess_input, which is not supported`);
  return known !== undefined && Object.hasOwn(scalings, known) ? scalings[known as Mode] : undefined;
}

const scalings: Readonly<Record<Mode, (x: Tensor) => Tensor>> = {
  none: (x) => x.clone(),
  tf: (x) => tf.sub(tf.div(x, 127.5), 1),
  torch: (x) =>
    broadcast(tf.div, broadcast(tf.add, tf.div(x, 255), tf.tensor1d([-0.485, -0.456, -0.406])), tf.tensor1d([0.229, 0.224, 0.225])),
  caffe: (x) => broadcast(tf.add, reverse(x, [x.rank - 1]), tf.tensor1d([-103.939, -116.779, -123.68])),
};

function argumentsOf(spec: LayerSpec): [string, unknown][] {
  return Object.entries((spec.config.arguments ?? {}) as Record<string, unknown>).filter(([, value]) => value !== null);
}

function passed(spec: LayerSpec, name: string): unknown {
  return argumentsOf(spec).find(([key]) => key === name)?.[1];
}
