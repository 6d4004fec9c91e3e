import { describe, expect, it } from 'vitest';
import { isOperation, operationBuilder, supportedOperations } from '../../../src/model/operations';
import { refusals } from '../../../src/model/operations/refusals';
import { specOf } from '../layers/spec';

describe('operations', () => {
  it('are told from layers by class or module', () => {
    expect(isOperation(specOf('TFOpLambda'))).toBe(true);
    expect(isOperation(specOf('SlicingOpLambda'))).toBe(true);
    expect(isOperation(specOf('Add', {}, { module: 'keras.src.ops.numpy' }))).toBe(true);
    expect(isOperation(specOf('ReLU', {}, { module: 'keras.src.activations.activations' }))).toBe(true);
    expect(isOperation(specOf('Add', {}, { module: 'keras.layers' }))).toBe(false);
    expect(isOperation(specOf('ReLU', {}, { module: 'keras.src.layers.activations.relu' }))).toBe(false);
    expect(isOperation(specOf('Add'))).toBe(false);
  });

  it('are listed by the names that files use', () => {
    const { keras3, tensorflow } = supportedOperations();
    expect(keras3.length).toBeGreaterThan(200);
    expect(tensorflow.length).toBeGreaterThan(150);
    expect(keras3).toContain('GetItem');
    expect(keras3).not.toContain('SlicingOpLambda');
    expect(tensorflow).toContain('math.reduce_mean');
    expect(keras3).toEqual([...new Set(keras3)].sort());
  });

  it.each([
    ['Nonzero', 'the shape of its result depends on the numbers'],
    ['WhileLoop', 'it calls a Python function'],
    ['Eigh', 'a matter of the algorithm'],
    ['ViewAsComplex', 'its numbers are complex'],
  ])('that are known and not computed say why: %s', (className, reason) => {
    const spec = specOf(className, {}, { module: 'keras.src.ops.numpy' });
    expect(() => operationBuilder(spec)).toThrow(reason);
  });

  it('that are computed are not refused', () => {
    const { keras3, tensorflow } = supportedOperations();
    expect([...keras3, ...tensorflow].filter((name) => refusals.has(name))).toEqual([]);
  });
});
