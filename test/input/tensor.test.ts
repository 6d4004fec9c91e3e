import { existsSync } from 'node:fs';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ImageToTensorOptions, imageToTensor, loadImage } from '../../src/input';
import { expectBytes, readGoldens } from '../image/golden';
import { readNpyFile } from '../npy';

const [source, ...goldens] = readGoldens<{ options: ImageToTensorOptions }>('tensors');
const image = { width: 16, height: 16, channels: 3, data: source!.bytes } as const;

/** The tensor's float32 values; the tensor is gone afterwards. */
function take(tensor: tf.Tensor4D): Float32Array {
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}

describe('imageToTensor', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it.each(goldens.map((golden) => [JSON.stringify(golden.options), golden] as const))(
    "makes numpy's float32 values: %s",
    (_, { options, bytes }) => {
      const tensor = imageToTensor(image, options);
      expect(tensor).toMatchObject({ shape: [1, 16, 16, options.channels ?? 3], dtype: 'float32' });
      expectBytes(take(tensor), bytes);
    },
  );

  it('gives the samples as they are by default', () => {
    expect(Uint8Array.from(take(imageToTensor(image)))).toEqual(image.data);
  });

  it('divides by 1 / scale for all integers up to 255, both ways of writing it', () => {
    const greys = { width: 256, height: 1, channels: 1, data: Uint8Array.from({ length: 256 }, (_, i) => i) } as const;
    for (let n = 1; n <= 255; n++) {
      const values = take(imageToTensor(greys, { scale: 1 / n }));
      for (let i = 0; i < 256; i++) expect(values[i]).toBe(Math.fround(i / n));
    }
  });

  it('takes a list for each channel', () => {
    const one = { width: 1, height: 1, channels: 3, data: Uint8Array.of(10, 20, 30) } as const;
    expect([...take(imageToTensor(one, { scale: [1, 2, 0.5], offset: [1, 0, -1] }))]).toEqual([11, 40, 14]);
  });

  it('makes a batch of a list', () => {
    const grey = (value: number) => ({ width: 2, height: 1, channels: 1, data: Uint8Array.of(value, value + 1) }) as const;
    const tensor = imageToTensor([grey(1), grey(5)]);
    expect(tensor.shape).toEqual([2, 1, 2, 1]);
    expect([...take(tensor)]).toEqual([1, 2, 5, 6]);
  });

  it('drops the alpha of pixels from a page, and keeps that of a PixelImage', () => {
    const data = Uint8ClampedArray.of(1, 2, 3, 4);
    expect([...take(imageToTensor({ width: 1, height: 1, data }))]).toEqual([1, 2, 3]);
    expect([...take(imageToTensor({ width: 1, height: 1, channels: 4, data }))]).toEqual([1, 2, 3, 4]);
    expect([...take(imageToTensor({ width: 1, height: 1, data }, { channels: 1 }))]).toEqual([2]);
  });

  it('takes 16 bits', () => {
    expect([...take(imageToTensor({ width: 2, height: 1, channels: 1, data: Uint16Array.of(0, 65535) }, { scale: 1 / 65535 }))]).toEqual([
      0, 1,
    ]);
  });

  it('leaves nothing behind when it throws', () => {
    const before = tf.memory().numTensors;
    const grey = { width: 1, height: 1, channels: 1, data: Uint8Array.of(1) } as const;
    const calls: [() => unknown, string][] = [
      [() => imageToTensor([]), 'There are no images: the list is empty. Give at least one.'],
      [() => imageToTensor(undefined as never), 'The image is undefined; it must be an image'],
      [
        () => imageToTensor([image, grey]),
        'Image 1 is 1 x 1 with 1 channels and image 0 is 16 x 16 with 3; a batch needs images of one shape.',
      ],
      [() => imageToTensor([image, { ...image, width: 15 }]), "Image 1's data has 768 samples; 15 x 16 pixels of 3 channels are 720."],
      [() => imageToTensor(image, { mode: 'keras' as never }), "Unknown mode 'keras'. There are: caffe, tf, torch."],
      [
        () => imageToTensor(image, { mode: 'tf', scale: 1 / 255 }),
        "mode 'tf' says how samples are scaled already; leave scale and offset out",
      ],
      [() => imageToTensor(grey, { mode: 'caffe' }), "mode 'caffe' is for images of 3 channels and this one has 1."],
      [
        () => imageToTensor(image, { scale: Number.NaN }),
        'scale is NaN; it must be a finite number, or a list of 3, one for each channel.',
      ],
      [() => imageToTensor(image, { offset: [1, 2] }), 'offset is [1, 2]; it must be a finite number, or a list of 3'],
      [() => imageToTensor(image, { channels: 2 as never }), 'channels is 2; a tensor of an image has 1, 3 or 4.'],
    ];
    for (const [call, message] of calls) {
      expect(call, message).toThrow(expect.objectContaining({ code: 'shape', message: expect.stringContaining(message) }));
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

const lesson = new URL('../../../shared/lesson/', import.meta.url);
if (!existsSync(lesson)) process.stderr.write("SKIPPED 1 test: the lesson's files are not there\n");
describe.skipIf(!existsSync(lesson))('the lesson', () => {
  it('gives input.npy to the last bit', async () => {
    const expected = readNpyFile(new URL('expected/input.npy', lesson));
    const tensor = imageToTensor(await loadImage(new URL('IM-0115-0001.jpeg', lesson), { size: [150, 150] }), { scale: 1 / 255 });
    expect(tensor.shape).toEqual(expected.shape);
    expectBytes(take(tensor), expected.data);
  });
});
