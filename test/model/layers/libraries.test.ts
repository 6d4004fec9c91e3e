import { describe, expect, it } from 'vitest';
import { buildLayer } from '../../../src/model/layers';
import type { BuildContext, LayerSpec } from '../../../src/model/layers/spec';

const context: BuildContext = {
  build() {
    throw new Error('no inner layers here');
  },
};

const spec = (more: Partial<LayerSpec>): LayerSpec => ({
  className: 'StochasticDepth',
  name: 'depth',
  path: 'block/depth',
  config: { name: 'depth', drop_path_rate: 0.1 },
  keras: { major: 2, text: '2.15.0' },
  call: { args: [{ tensor: 0 }], kwargs: {} },
  ...more,
});

describe('a class that a library and somebody else have', () => {
  it.each<[string, Partial<LayerSpec>]>([
    ['of keras.applications', {}],
    ['of keras.applications, registered', { className: 'Custom>StochasticDepth' }],
    ['of keras.applications, in an HDF5 file of Keras 2', { className: 'Custom>CustomScaleLayer', config: { scale: 0.2 } }],
    ['of TensorFlow Addons', { className: 'Addons>StochasticDepth', config: { survival_probability: 0.7 } }],
    ['that Keras has by then', { className: 'GroupNormalization', config: { groups: 2 }, keras: { major: 2, text: '2.11.0' } }],
    ['that tf.keras has by then', { className: 'LayerNormalization', config: {}, keras: { major: 2, text: '2.2.4-tf' } }],
    ['in a .keras file', { registeredName: 'Addons>StochasticDepth', module: 'tensorflow_addons.layers.stochastic_depth' }],
  ])('%s is built', (_, more) => {
    expect(buildLayer(spec(more), context)).toBeDefined();
  });

  it.each<[string, Partial<LayerSpec>]>([
    ['of another package', { className: 'keras_cv>StochasticDepth', config: { rate: 0.1 } }],
    ['of another author', { config: { drop_rate: 0.1 }, module: 'my_layers' }],
    ['of another author, registered', { className: 'Custom>StochasticDepth', config: { survival: 0.9 } }],
    ['like AutoKeras', { className: 'Mine>CastToFloat32' }],
    ['before Keras had it', { className: 'GroupNormalization', config: { groups: 2 }, keras: { major: 2, text: '2.3.1' } }],
    ['of tf.keras, in a file of Keras 2.2', { className: 'LayerNormalization', config: {}, keras: { major: 2, text: '2.2.4' } }],
    ['of Keras 3, in a file of Keras 2', { className: 'AdaptiveAveragePooling2D', config: { output_size: [2, 2] } }],
    ['not in Addons', { className: 'Addons>Dense', config: { units: 2 } }],
    ['in Addons, without its package', { className: 'InstanceNormalization', module: 'my_layers' }],
  ])('%s is refused', (_, more) => {
    expect(() => buildLayer(spec(more), context)).toThrow(
      expect.objectContaining({ code: 'custom-object', details: expect.objectContaining({ path: 'block/depth' }) }),
    );
  });
});
