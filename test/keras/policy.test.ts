import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/keras/config';

const policy = (name: string) => ({ module: 'keras', class_name: 'DTypePolicy', config: { name }, registered_name: null });
const node = (...sources: string[]) => [
  { args: sources.map((name) => ({ class_name: '__keras_tensor__', config: { keras_history: [name, 0, 0] } })), kwargs: {} },
];
const layer = (class_name: string, name: string, dtype: unknown, ...sources: string[]) => ({
  module: 'keras.layers',
  class_name,
  name,
  config: { name, trainable: true, dtype, batch_shape: [null, 4] },
  inbound_nodes: sources.length > 0 ? node(...sources) : [],
});
const cast = (name: string, dtype: unknown, source: string) => ({
  module: 'keras.src.ops.core',
  class_name: 'Cast',
  name,
  config: { dtype },
  inbound_nodes: node(source),
});

/** What the cast named 'cast' casts to, in a model of these layers. */
function castTo(layers: readonly unknown[], output: string): unknown {
  const config = { name: 'm', layers, input_layers: [['x', 0, 0]], output_layers: [[output, 0, 0]] };
  const model = readConfig({ class_name: 'Functional', config }, { major: 3, text: '3.6.0' }, 'm.keras');
  return model.layers.find(({ name }) => name === 'cast')!.config.dtype;
}

describe('a cast to a half float', () => {
  const x = layer('InputLayer', 'x', 'float32');

  it.each(['mixed_float16', 'float16'])("before a layer of policy %s is the policy's, and computed in float32 as the layer is", (name) => {
    expect(castTo([x, cast('cast', 'float16', 'x'), layer('Dense', 'dense', policy(name), 'cast')], 'dense')).toBe('float32');
  });

  it.each([
    ['of another policy', 'mixed_bfloat16'],
    ['in float32', 'float32'],
  ])('before a layer %s keeps what its author wrote', (_, name) => {
    expect(castTo([x, cast('cast', 'float16', 'x'), layer('Dense', 'dense', policy(name), 'cast')], 'dense')).toBe('float16');
  });

  it('before an operation keeps what its author wrote, though a layer reads it as well', () => {
    const dense = layer('Dense', 'dense', policy('mixed_float16'), 'cast');
    const sum = { module: 'keras.src.ops.numpy', class_name: 'Add', name: 'add', config: {}, inbound_nodes: node('cast', 'dense') };
    expect(castTo([x, cast('cast', 'float16', 'x'), dense, sum], 'add')).toBe('float16');
  });

  it('that the model gives keeps what its author wrote', () => {
    const dense = layer('Dense', 'dense', policy('mixed_float16'), 'cast');
    expect(castTo([x, cast('cast', 'float16', 'x'), dense], 'cast')).toBe('float16');
  });

  it('to whole numbers is left alone', () => {
    expect(castTo([x, cast('cast', 'int8', 'x'), layer('Dense', 'dense', policy('mixed_float16'), 'cast')], 'dense')).toBe('int8');
  });
});
