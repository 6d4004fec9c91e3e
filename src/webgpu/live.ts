import { check, describe } from '../check';
import type { Activations } from '../extract/activations';
import { createExtractor, type Extractor } from '../extract/extractor';
import type { LayerSelector } from '../extract/select';
import type { Interpolation } from '../image/types';
import { loadImage } from '../input/load';
import { type ImageToTensorOptions, imageToTensor } from '../input/tensor';
import type { Model } from '../model/types';
import { activeBackend } from './device';
import { FrameInput, type FrameSource, frameSize } from './frame';
import { nextFrame } from './pace';
import { createGPURenderer, type GPURenderer, type GPURendererOptions } from './renderer';
import type { RenderTarget } from './target';

/** How frames become the model's input: as `loadImage` and `imageToTensor` do it. */
export interface LiveInputOptions extends Omit<ImageToTensorOptions, 'channels'> {
  /** Default: that of the model's input. Needed where the model leaves it free. */
  readonly size?: readonly [height: number, width: number] | undefined;
  /** Default 'nearest', as `loadImage`. */
  readonly interpolation?: Interpolation | undefined;
  /** Crop the centre to the aspect ratio of the input first, so that nothing is stretched. Default false. */
  readonly keepAspectRatio?: boolean | undefined;
}

/** Options of `createLiveView`. */
export interface LiveViewOptions {
  /** A model with one picture as input. */
  readonly model: Model;
  /** Which layers. Default: every one whose output has rows, columns and channels. */
  readonly layers?: LayerSelector | undefined;
  /** Where frames come from. A track gets a video element of its own. */
  readonly source: HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas | MediaStreamTrack;
  /** Where the maps are drawn. */
  readonly canvas: RenderTarget;
  /** How frames become the model's input. Default: the plain bytes, 0..255. */
  readonly input?: LiveInputOptions | undefined;
  /** How the maps look. */
  readonly style?: GPURendererOptions | undefined;
  /** Read the GPU's time back every so many frames. Default 0: never, and nothing is read back. */
  readonly timeEvery?: number | undefined;
  /**
   * Called with each frame's activations once they are drawn; they are disposed of when it is done, and the next frame waits for that. For
   * a value now and then: what it reads comes back from the GPU.
   */
  readonly onFrame?: ((activations: Activations) => void | Promise<void>) | undefined;
  /** Told when a frame fails; the view has stopped then. Default: the error is thrown where nobody catches it, so that the page reports it. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What a live view has done since it was started. */
export interface LiveStatistics {
  /** Frames drawn. */
  readonly frames: number;
  /** Frames that came while one was under way, and were left out. */
  readonly dropped: number;
  /** Frames drawn a second, over the last two seconds. */
  readonly framesPerSecond: number;
  /** What the GPU took for colouring and drawing (not for the forward pass), when last measured; see `timeEvery`. */
  readonly gpuMilliseconds: number | undefined;
  /** Command buffers that the view has submitted for the last frame beyond those of tfjs' forward pass. */
  readonly submits: number;
  readonly path: 'webgpu' | 'cpu';
  /** Why it is that path. */
  readonly reason: string;
}

/** A running picture of a model's activations. Made by `createLiveView`. */
export interface LiveView {
  readonly running: boolean;
  readonly statistics: LiveStatistics;
  /** Draws the maps: `set` changes their look, `pick` tells what is under the pointer. */
  readonly renderer: GPURenderer;
  /** Starts, or goes on. Resolves when the first frame has been drawn. */
  start(): Promise<void>;
  /** Draws no more frames after the one under way. */
  stop(): void;
  /** Draws the present frame, whether running or not. */
  step(): Promise<void>;
  /** Stops, and gives the GPU's memory back. Model, source and canvas stay. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * Shows what a model sees in a camera, video or canvas, as it happens: each frame goes to the GPU, is resized there as `loadImage` resizes,
 * runs through the model once, and its activations are drawn. On tfjs' WebGPU backend nothing comes back from the GPU. A frame that comes
 * while another is under way is left out, never queued.
 *
 * @throws `shape` for a model that has not one picture as input, or whose size is free and not given; `layer-not-found`.
 *
 * @example
 * const camera = await navigator.mediaDevices.getUserMedia({ video: true });
 * const view = createLiveView({ model, layers: [0, 2, 4], source: camera.getVideoTracks()[0], canvas, input: { scale: 1 / 255 } });
 * await view.start();
 */
export function createLiveView(options: LiveViewOptions): LiveView {
  return new SourceView(options);
}

class SourceView implements LiveView {
  readonly renderer: GPURenderer;
  private readonly options: LiveViewOptions;
  private readonly extractor: Extractor;
  private readonly input: { size: readonly [number, number]; channels: 1 | 3 | 4 };
  private readonly source: FrameSource;
  private readonly ownVideo: HTMLVideoElement | undefined;
  private frameInput: FrameInput | undefined;
  private inputDevice: GPUDevice | undefined;
  private run: { cancelled: boolean } | undefined;
  private underWay: Promise<void> | undefined;
  private disposed = false;
  private counts = { frames: 0, dropped: 0, submits: 0 };
  private gpuMilliseconds: number | undefined;
  private times: number[] = [];

  constructor(options: LiveViewOptions) {
    const { model, source, layers } = options;
    this.options = options;
    this.input = inputOf(model, options.input?.size);
    this.extractor = createExtractor(model, layers === undefined ? {} : { layers });
    this.renderer = createGPURenderer(options.canvas, options.style);
    if (isTrack(source)) {
      this.ownVideo = videoOf(source);
      this.source = this.ownVideo;
    } else this.source = source;
  }

  get running(): boolean {
    return this.run !== undefined;
  }

  get statistics(): LiveStatistics {
    const { path, reason } = this.renderer;
    const [first] = this.times;
    const last = this.times.at(-1);
    const span = first === undefined || last === undefined ? 0 : last - first;
    const framesPerSecond = span > 0 ? ((this.times.length - 1) * 1000) / span : 0;
    return { ...this.counts, framesPerSecond, gpuMilliseconds: this.gpuMilliseconds, path, reason };
  }

  async start(): Promise<void> {
    check(!this.disposed, 'disposed', () => 'The live view has been disposed of.');
    if (this.run) return;
    const run = { cancelled: false };
    this.run = run;
    this.times = [];
    try {
      if (this.ownVideo) await this.ownVideo.play();
      await waitForFrame(this.source, run);
      if (run.cancelled) return;
      await this.step();
    } catch (error) {
      if (this.run === run) this.run = undefined;
      throw error;
    }
    if (!run.cancelled) void this.loop(run);
  }

  stop(): void {
    if (this.run) this.run.cancelled = true;
    this.run = undefined;
  }

  step(): Promise<void> {
    check(!this.disposed, 'disposed', () => 'The live view has been disposed of.');
    this.underWay ??= this.frame().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  dispose(): void {
    if (this.disposed) return;
    this.stop();
    this.disposed = true;
    const release = () => {
      this.frameInput?.dispose();
      this.extractor.dispose();
      this.renderer.dispose();
      if (this.ownVideo) this.ownVideo.srcObject = null;
    };
    // Not under the feet of a frame.
    if (this.underWay) this.underWay.then(release, release);
    else release();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  private async loop(run: { cancelled: boolean }): Promise<void> {
    while (!run.cancelled) {
      await nextFrame(this.source);
      if (run.cancelled) return;
      if (this.underWay) {
        this.counts.dropped++;
        continue;
      }
      this.step().catch((error) => {
        if (run.cancelled) return;
        this.stop();
        if (this.options.onError) this.options.onError(error);
        else
          queueMicrotask(() => {
            throw error;
          });
      });
    }
  }

  private async frame(): Promise<void> {
    const { backend } = activeBackend();
    const fast = backend !== undefined && this.renderer.path === 'webgpu';
    const { timeEvery = 0 } = this.options;
    const timed = fast && timeEvery > 0 && this.counts.frames % timeEvery === 0;
    const activations = await (fast ? this.runOnGPU() : this.runOnCPU());
    try {
      if (this.disposed) return;
      if (timed) this.gpuMilliseconds = await this.renderer.time(activations);
      else await this.renderer.draw(activations);
      await this.options.onFrame?.(activations);
    } finally {
      activations.dispose();
    }
    // The next frame waits for the GPU, so that none queue up.
    if (fast) await backend.device.queue.onSubmittedWorkDone();
    this.counts.frames++;
    this.counts.submits = fast ? 1 : 0;
    const now = performance.now();
    this.times.push(now);
    while (this.times[0]! < now - 2000) this.times.shift();
  }

  private runOnGPU() {
    const backend = activeBackend().backend!;
    if (this.inputDevice !== backend.device) {
      // After a lost device there is nothing left to give back.
      this.frameInput = new FrameInput(backend, { ...this.options.input, ...this.input });
      this.inputDevice = backend.device;
    }
    this.frameInput!.update(this.source);
    return this.extractor.run(this.frameInput!.tensor);
  }

  private async runOnCPU() {
    const { size, channels } = this.input;
    const { scale, offset, mode, interpolation, keepAspectRatio } = this.options.input ?? {};
    const colorMode = ({ 1: 'grayscale', 3: 'rgb', 4: 'rgba' } as const)[channels];
    const image = await loadImage(this.source, { size, interpolation, keepAspectRatio, colorMode });
    const tensor = imageToTensor(image, { scale, offset, mode, channels });
    try {
      return await this.extractor.run(tensor);
    } finally {
      tensor.dispose();
    }
  }
}

/** Height, width and channels of the model's one picture. */
function inputOf(model: Model, size: readonly [number, number] | undefined): { size: readonly [number, number]; channels: 1 | 3 | 4 } {
  const [port, ...others] = model.inputs;
  const shape = port?.shape ?? [];
  const [, height, width, channels] = shape;
  check(
    others.length === 0 && shape.length === 4 && (channels === 1 || channels === 3 || channels === 4),
    'shape',
    () =>
      `A live view needs a model with one picture as input, [batch, height, width, channels] with 1, 3 or 4 channels; '${model.name}' takes ${model.inputs.map((input) => describe(input.shape)).join(' and ')}.`,
  );
  const wanted = size ?? [height, width];
  check(
    wanted.every((pixels) => Number.isInteger(pixels) && (pixels as number) > 0),
    'shape',
    () => `'${model.name}' leaves the size of its input free (${describe(shape)}): give input.size, [height, width].`,
  );
  return { size: wanted as [number, number], channels };
}

function isTrack(source: LiveViewOptions['source']): source is MediaStreamTrack {
  return typeof MediaStreamTrack !== 'undefined' && source instanceof MediaStreamTrack;
}

function videoOf(track: MediaStreamTrack): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  return video;
}

/** Until there is a frame to be had. */
async function waitForFrame(source: FrameSource, run: { cancelled: boolean }): Promise<void> {
  const ready = () => frameSize(source).width > 0 && (!('readyState' in source) || source.readyState >= 2);
  while (!run.cancelled && !ready()) await nextFrame(source, 50);
}
