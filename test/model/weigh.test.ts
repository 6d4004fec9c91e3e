import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KerasLayer } from '../../src/keras/description';
import type { StoredWeight } from '../../src/model/layers/spec';
import { setWeights } from '../../src/model/weigh';

/** A class of the application's with weights of these names and shapes. */
function ownLayer(...weights: readonly (readonly [name: string, shape: number[]])[]) {
  class Own extends tfl.layers.Layer {
    static className = 'Own';
    override build() {
      for (const [name, shape] of weights) this.addWeight(name, shape, 'float32', tfl.initializers.zeros());
      this.built = true;
    }
  }
  const layer = new Own({ name: 'own' });
  layer.apply(tfl.input({ shape: [1] }));
  return layer;
}

const stored = (path: string, shape: number[], value: number): StoredWeight => ({
  path,
  shape,
  data: new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(value),
});

function given(layer: tfl.layers.Layer, weights: readonly StoredWeight[]): number[] {
  const description = { className: 'Own', name: 'own' } as KerasLayer;
  setWeights({ description, path: 'own', layer }, weights, 'built', { file: 'model.keras', missing: 'strict' });
  return layer.getWeights().map((weight) => weight.dataSync()[0]!);
}

/** As Keras 3 keeps a layer of a Dense `projection` and an Embedding `position`, made in this order: by the alphabet. */
const inner = [stored('position/vars/0', [4, 3], 3), stored('projection/vars/0', [2, 3], 1), stored('projection/vars/1', [3], 2)];

describe('weights of a class given through customLayers', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('go by order', () => {
    const layer = ownLayer(['gamma', [2]], ['beta', [2]]);
    expect(given(layer, [stored('vars/0', [2], 1), stored('vars/1', [2], 2)])).toEqual([1, 2]);
    layer.dispose();
  });

  it('go by shape where a file keeps inner layers, which have no order there', () => {
    const layer = ownLayer(['kernel', [2, 3]], ['bias', [3]], ['positions', [4, 3]]);
    expect(given(layer, inner)).toEqual([1, 2, 3]);
    layer.dispose();
  });

  it('go by path where shapes do not tell, and are refused without', () => {
    const alike = [stored('a/vars/0', [2, 2], 1), stored('b/vars/0', [2, 2], 2)];
    const named = ownLayer(['b/vars/0', [2, 2]], ['a/vars/0', [2, 2]]);
    expect(given(named, alike)).toEqual([2, 1]);
    const unnamed = ownLayer(['second', [2, 2]], ['first', [2, 2]]);
    expect(() => given(unnamed, alike)).toThrow(
      expect.objectContaining({
        code: 'weight-mismatch',
        message: expect.stringMatching(/a\/vars\/0 \[2,2\].*with that path as the name/),
      }),
    );
    named.dispose();
    unnamed.dispose();
  });
});
