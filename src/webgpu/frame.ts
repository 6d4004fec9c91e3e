import * as tf from '@tensorflow/tfjs-core';
import { check } from '../check';
import { fixedPoint, PRECISION_BITS } from '../image/coefficients';
import { FILTERS } from '../image/filters';
import { summedPositions } from '../image/resize';
import { planPasses } from '../image/stretch';
import type { Box, Interpolation } from '../image/types';
import { centerCrop } from '../input/load';
import { type ImageToTensorOptions, imageToTensor } from '../input/tensor';
import type { TensorBackend } from './device';
import { FRAME_THREADS, frameShader } from './frame.wgsl';
import { BufferBag } from './pass';
import { computePipeline } from './pipelines';

/** What a frame becomes. */
export interface FrameOptions extends Omit<ImageToTensorOptions, 'channels'> {
  /** Of the tensor. */
  readonly size: readonly [height: number, width: number];
  readonly channels: 1 | 3 | 4;
  /** Default 'nearest', as `loadImage`. */
  readonly interpolation?: Interpolation | undefined;
  /** Crop the centre to the tensor's aspect ratio first. Default false. */
  readonly keepAspectRatio?: boolean | undefined;
}

/** What a browser can copy to a texture. */
export type FrameSource = HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas | ImageBitmap | VideoFrame | HTMLImageElement;

/** The size of a frame; 0 while there is none. */
export function frameSize(source: FrameSource): { width: number; height: number } {
  if ('videoWidth' in source) return { width: source.videoWidth, height: source.videoHeight };
  if ('naturalWidth' in source) return { width: source.naturalWidth, height: source.naturalHeight };
  if ('displayWidth' in source) return { width: source.displayWidth, height: source.displayHeight };
  return { width: source.width, height: source.height };
}

/**
 * Frames as the input tensor of a model without leaving the GPU, with the very numbers that `loadImage` and `imageToTensor` give for the
 * same pixels. (Transparent pixels are mixed as they are; `loadImage` mixes them times their alpha.) The tensor is one and the same all
 * the time: its numbers change.
 */
export class FrameInput {
  /** float32 [1, height, width, channels]. */
  readonly tensor: tf.Tensor4D;
  private readonly backend: TensorBackend;
  private readonly options: FrameOptions;
  private readonly bag: BufferBag;
  private readonly result: GPUBuffer;
  private readonly lookup: GPUBuffer;
  private upload: Upload | undefined;

  constructor(backend: TensorBackend, options: FrameOptions) {
    this.backend = backend;
    this.options = options;
    const { device } = backend;
    const [height, width] = options.size;
    const { channels } = options;
    this.bag = new BufferBag(device);
    const bytes = height * width * channels * 4;
    this.result = this.bag.empty('input', bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
    this.lookup = this.bag.storage('input lookup', new Uint32Array(lookupOf(options).buffer));
    this.tensor = tf.tensor({ buffer: this.result, zeroCopy: true }, [1, height, width, channels], 'float32') as tf.Tensor4D;
  }

  /** Records the passes that bring the source's present frame into the tensor, behind what tfjs has recorded. Throws `image` for no frame. */
  update(source: FrameSource): void {
    const { width, height } = frameSize(source);
    check(
      width > 0 && height > 0,
      'image',
      () => "The source has no frame yet. Wait for a video's 'loadeddata' event, or give the canvas a size.",
    );
    if (this.upload?.width !== width || this.upload.height !== height) {
      this.upload?.dispose();
      this.upload = new Upload(this.backend.device, { width, height }, this.options, this.result, this.lookup);
    }
    const { upload, backend } = this;
    backend.device.queue.copyExternalImageToTexture({ source }, { texture: upload.texture }, [width, height]);
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    upload.record(backend.commandEncoder!);
  }

  dispose(): void {
    this.tensor.dispose();
    this.upload?.dispose();
    this.bag.destroy();
  }
}

/** The passes for frames of one size. */
class Upload {
  readonly texture: GPUTexture;
  readonly width: number;
  readonly height: number;
  private readonly bag: BufferBag;
  private readonly passes: { pipeline: GPUComputePipeline; group: GPUBindGroup; grid: readonly [number, number] }[];

  constructor(device: GPUDevice, frame: { width: number; height: number }, options: FrameOptions, result: GPUBuffer, lookup: GPUBuffer) {
    this.width = frame.width;
    this.height = frame.height;
    const [height, width] = options.size;
    this.bag = new BufferBag(device);
    this.texture = device.createTexture({
      label: 'activation-lens frame',
      size: [frame.width, frame.height],
      format: 'rgba8unorm',
      usage: GPUTextureUsage.COPY_DST | GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.RENDER_ATTACHMENT,
    });
    const { rowsFirst, horizontal, vertical } = weightsOf(frame, options);
    const between = rowsFirst ? { width, height: frame.height } : { width: frame.width, height };
    const middle = this.bag.empty('resampled', between.width * between.height * 4, GPUBufferUsage.STORAGE);
    const pass = (which: 'first' | 'second', size: { width: number; height: number }, rows: boolean, resources: GPUBindingResource[]) => {
      const weights = rows ? horizontal : vertical;
      const grey = options.channels === 1 ? 1 : 0;
      const swapped = options.mode === 'caffe' ? 1 : 0;
      const settings = Uint32Array.of(
        size.width,
        size.height,
        rows ? 0 : 1,
        weights.stride,
        between.width,
        options.channels,
        grey,
        swapped,
      );
      const pipeline = computePipeline(device, `activation-lens frame ${which}`, () => frameShader(which));
      const buffers = [
        this.bag.storage('spans', weights.spans),
        this.bag.storage('weights', weights.weights),
        this.bag.uniform('frame', settings),
      ];
      const entries = [...buffers.map((buffer) => ({ buffer })), ...resources].map((resource, binding) => ({ binding, resource }));
      const group = device.createBindGroup({ label: pipeline.label, layout: pipeline.getBindGroupLayout(0), entries });
      return { pipeline, group, grid: [Math.ceil(size.width / FRAME_THREADS), Math.ceil(size.height / FRAME_THREADS)] as const };
    };
    this.passes = [
      pass('first', between, rowsFirst, [this.texture.createView(), { buffer: middle }]),
      pass('second', { width, height }, !rowsFirst, [{ buffer: middle }, { buffer: lookup }, { buffer: result }]),
    ];
  }

  record(encoder: GPUCommandEncoder): void {
    const pass = encoder.beginComputePass({ label: 'activation-lens frame' });
    for (const { pipeline, group, grid } of this.passes) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(...grid);
    }
    pass.end();
  }

  dispose(): void {
    this.texture.destroy();
    this.bag.destroy();
  }
}

interface AxisWeights {
  /** First sample and number of samples of each result. */
  readonly spans: Int32Array;
  readonly weights: Int32Array;
  readonly stride: number;
}

/** Both passes as weighted sums. 'nearest' is one of a single sample, too. */
function weightsOf(frame: { width: number; height: number }, options: FrameOptions) {
  const [height, width] = options.size;
  const { interpolation = 'nearest', keepAspectRatio = false } = options;
  const box: Box = keepAspectRatio ? centerCrop(frame, options.size) : [0, 0, frame.width, frame.height];
  if (interpolation === 'nearest') {
    const [left, top, right, bottom] = box.map(Math.fround) as unknown as Box;
    return {
      rowsFirst: true,
      horizontal: picks(summedPositions(left, Math.fround(right - left) / width, width, frame.width)),
      vertical: picks(summedPositions(top, Math.fround(bottom - top) / height, height, frame.height)),
    };
  }
  const { rowsFirst, horizontal, vertical } = planPasses(frame, FILTERS[interpolation], width, height, box);
  const axis = (coefficients: typeof horizontal, size: number): AxisWeights => {
    if (!coefficients) return picks(Int32Array.from({ length: size }, (_, i) => i));
    const { first, count, stride, weights } = coefficients;
    return {
      spans: Int32Array.from({ length: size * 2 }, (_, i) => (i % 2 === 0 ? first : count)[i >> 1]!),
      weights: fixedPoint(weights),
      stride,
    };
  };
  return { rowsFirst, horizontal: axis(horizontal, width), vertical: axis(vertical, height) };
}

/** One sample each; none where the position is -1. */
function picks(positions: Int32Array): AxisWeights {
  return {
    spans: Int32Array.from({ length: positions.length * 2 }, (_, i) =>
      i % 2 === 0 ? Math.max(0, positions[i >> 1]!) : positions[i >> 1]! < 0 ? 0 : 1,
    ),
    weights: new Int32Array(positions.length).fill(1 << PRECISION_BITS),
    stride: 1,
  };
}

/** What `imageToTensor` makes of each byte, by channel of the tensor. */
function lookupOf({ scale, offset, mode, channels }: FrameOptions): Float32Array {
  const data = Uint8Array.from({ length: 256 * channels }, (_, i) => Math.floor(i / channels));
  const tensor = imageToTensor({ width: 256, height: 1, channels, data }, { scale, offset, mode });
  // Not on any GPU yet: this reads what was just put in.
  const values = tensor.dataSync();
  tensor.dispose();
  return Float32Array.from({ length: 256 * channels }, (_, i) => values[(i % 256) * channels + Math.floor(i / 256)]!);
}
