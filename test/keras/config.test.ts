import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/keras/config';

/** A model of one input and one TFOpLambda, as Keras 2 writes it. */
function callOf(node: unknown, fn: string) {
  const input = { class_name: 'InputLayer', name: 'x', config: { name: 'x', batch_input_shape: [null, 2] }, inbound_nodes: [] };
  const operation = { class_name: 'TFOpLambda', name: 'op', config: { name: 'op', function: fn }, inbound_nodes: [node] };
  const config = { name: 'm', layers: [input, operation], input_layers: [['x', 0, 0]], output_layers: [['op', 0, 0]] };
  const model = readConfig({ class_name: 'Functional', config }, { major: 2, text: '2.15.0' }, 'm.h5');
  return model.layers.find(({ name }) => name === 'op')!.calls[0]!;
}

const x = { ref: { layer: 'x', call: 0, output: 0 } };
const number = (value: number, kwargs = {}) => ['_CONSTANT_VALUE', -1, value, kwargs];

it("takes tf.keras' TensorShape for a shape", () => {
  const layers = [{ class_name: 'Flatten', config: { name: 'flat' } }];
  const build_input_shape = { class_name: 'TensorShape', items: [null, 4, 4, 1] };
  const model = readConfig({ class_name: 'Sequential', config: { layers, build_input_shape } }, { major: 2, text: '2.2.4-tf' }, 'm.h5');
  expect(model.buildInputShape).toEqual([null, 4, 4, 1]);
});

describe("Keras 2's first argument", () => {
  it('is one tensor, or a list of one: tf.stack tells them apart', () => {
    expect(callOf(['x', 0, 0, { axis: 1 }], 'math.reduce_sum')).toEqual({ args: [x], kwargs: { axis: { constant: 1 } } });
    expect(callOf([['x', 0, 0, {}]], 'math.add_n')).toEqual({ args: [{ list: [x] }], kwargs: {} });
  });

  it('is a list of numbers, each of which is written with the keywords', () => {
    const kwargs = { indices: ['x', 0, 0], axis: null };
    const rows = [
      [number(1, kwargs), number(2, kwargs)],
      [number(3, kwargs), number(4, kwargs)],
    ];
    const constant = [
      [1, 2],
      [3, 4],
    ];
    expect(callOf(rows, 'gather')).toEqual({ args: [{ constant }], kwargs: { indices: x, axis: { constant: null } } });
    expect(callOf([number(7, kwargs)], 'gather').args).toEqual([{ constant: [7] }]);
  });

  it('is a list of a tensor and a list of numbers', () => {
    const node = [['x', 0, 0, { axis: 0 }], [[number(1, { axis: 0 }), number(2, { axis: 0 })]]];
    expect(callOf(node, 'concat')).toEqual({ args: [{ list: [x, { constant: [[1, 2]] }] }], kwargs: { axis: { constant: 0 } } });
  });
});
