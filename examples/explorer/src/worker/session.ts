import { getBackend, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import {
  type Activation,
  ActivationLensError,
  type Activations,
  createExtractor,
  flattenLayers,
  type LayerInfo,
  type LoadOptions,
  loadImage,
  loadModel,
  type Model,
  type PixelImage,
} from 'activation-lens';
import type { ExportRequest, LayerView, ModelView, OutputView, Preparation, Progress, Requests, ValueRange } from '../protocol';
import { registerBackends } from './backends';
import { exportLayer } from './exports';
import { type InputPlan, noteOn, planInputs, tensorOptions, toInput } from './input';
import { LiveMaps } from './live';
import { measure } from './measure';
import { readOutput } from './outputs';
import { Sheet } from './sheet';

/** As many numbers of all layers together are kept for one picture, so that changing the layer computes nothing. */
const KEEP = 48e6;

/** One model, one picture, and what the model makes of it. */
export class Session {
  private model: Model | undefined;
  private plans: readonly InputPlan[] = [];
  private layers: readonly LayerInfo[] = [];
  private picture: PixelImage | undefined;
  private pictureName = '';
  private inputs: readonly Tensor[] = [];
  private kept: Activations | undefined;
  /** The layer that is shown, where not all are kept. */
  private single: Activation | undefined;
  private readonly sheets = new Sheet();
  private liveMaps: LiveMaps | undefined;
  /** Single layers asked for since the picture came. */
  private asked = 0;

  async open(
    { source, backend }: Requests['open']['args'],
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ): Promise<ModelView> {
    const left = await registerBackends();
    if (backend !== undefined) await useBackend(backend, left);
    const model = await loadModel(...(await weightsAndArchitecture(source, { signal, onProgress })));
    try {
      const plans = planInputs(model);
      this.close();
      this.model = model;
      this.plans = plans;
      this.layers = flattenLayers(model);
    } catch (error) {
      model.dispose();
      throw error;
    }
    const file = typeof source === 'string' ? (source.split('/').at(-1) ?? '') : 'length' in source ? (source[0]?.name ?? '') : source.name;
    return {
      name: model.name,
      file: file.replace(/[?#].*$/, ''),
      format: model.format,
      producer: model.producer,
      parameters: model.layers.reduce((sum, { parameters }) => sum + parameters, 0),
      layers: this.layers.map(({ path, name, className, outputShape, parameters }) => ({
        path,
        name,
        className,
        shape: outputShape,
        parameters,
        spatial: outputShape.length === 4,
      })),
      backend: model.runtime.backend,
      attempts: model.runtime.attempts.map((attempt) => {
        const reason = left[attempt.backend];
        return attempt.outcome === 'rejected' && reason !== undefined ? { ...attempt, reason } : attempt;
      }),
      range: suggestedRange(model, this.layers),
      freeSize: this.plans.some(({ height, width }) => height === null || width === null),
      channels: this.plans[0]!.channels,
      note: noteOn(model, this.plans),
    };
  }

  async setPicture({ source, preparation }: Requests['picture']['args'], signal: AbortSignal): Promise<Requests['picture']['result']> {
    this.need();
    if (source !== undefined) {
      this.picture = await loadImage(source, { colorMode: 'rgba', signal });
      this.pictureName = source instanceof File ? source.name : typeof source === 'string' ? 'the picture' : 'camera';
      if ('close' in Object(source)) (source as ImageBitmap).close();
    }
    const { picture } = this;
    if (!picture) throw new ActivationLensError('image', 'There is no picture yet: open one.');
    const images = await Promise.all(this.plans.map((plan) => this.fit(picture, plan, preparation)));
    this.forget();
    this.inputs = images.map((image, i) => toInput(image, this.plans[i]!, preparation.range));
    const seen = await loadImage(images[0]!, { colorMode: 'rgba' });
    const data = new ImageData(new Uint8ClampedArray(seen.data), seen.width, seen.height);
    return { name: this.pictureName, image: await createImageBitmap(data), original: [picture.width, picture.height] };
  }

  async layer(path: string, signal: AbortSignal): Promise<LayerView> {
    const start = performance.now();
    const activation = await this.activation(path, signal);
    return { path, shape: activation.shape, ...(await measure(activation)), milliseconds: performance.now() - start };
  }

  async sheet({ path, coloring }: Requests['sheet']['args'], signal: AbortSignal): Promise<Requests['sheet']['result']> {
    if (getBackend() !== 'webgpu') return { sheet: null };
    return { sheet: await this.sheets.draw(await this.activation(path, signal), coloring) };
  }

  async startLive(request: Requests['live']['args'], signal: AbortSignal): Promise<Requests['live']['result']> {
    this.liveMaps ??= new LiveMaps();
    const { liveMaps: live } = this;
    live.canvas ??= request.canvas;
    const [plan, ...others] = this.plans;
    const { size, resize, range } = request.preparation;
    if (getBackend() !== 'webgpu' || !plan || others.length > 0 || plan.reshape || plan.channelsFirst) return { live: false };
    const input = {
      ...tensorOptions(plan.channels, range),
      size: [plan.height ?? size, plan.width ?? size] as const,
      interpolation: resize,
    };
    return { live: await live.start(this.need(), () => this.activation(request.path, signal), input, request) };
  }

  async drawFrame({ frame, place }: Requests['frame']['args']): Promise<Requests['frame']['result']> {
    return { value: (await this.liveMaps?.draw(frame, place)) ?? null };
  }

  async predict(): Promise<OutputView[]> {
    const model = this.need();
    const inputs = this.needInputs();
    const result = model.predict(inputs.length === 1 ? inputs[0]! : inputs);
    const tensors = Array.isArray(result) ? result : [result];
    try {
      return await Promise.all(tensors.map((tensor, i) => readOutput(tensor, model.outputs[i]?.name ?? `output ${i}`)));
    } finally {
      for (const tensor of tensors) tensor.dispose();
    }
  }

  async export(request: ExportRequest, signal: AbortSignal): Promise<Blob> {
    return exportLayer(await this.activation(request.path, signal), request);
  }

  private fit(picture: PixelImage, plan: InputPlan, { size, resize }: Preparation): Promise<PixelImage> {
    const rows = plan.height ?? size;
    const columns = plan.width ?? size;
    const colorMode = plan.channels === 1 ? 'grayscale' : plan.channels === 4 ? 'rgba' : 'rgb';
    return loadImage(picture, { size: [rows, columns], colorMode, interpolation: resize });
  }

  /** The first layer after a new picture is computed alone, to be there soon; with the second come all, where they fit. */
  private async activation(path: string, signal: AbortSignal): Promise<Activation> {
    const model = this.need();
    const inputs = this.needInputs();
    const input = inputs.length === 1 ? inputs[0]! : inputs;
    if (this.kept) return this.kept.get(path);
    if (this.single?.layer.path === path) return this.single;
    if (this.asked++ > 0 && this.numbers() <= KEEP) {
      const all = await createExtractor(model, { layers: this.layers }).run(input, { signal });
      if (this.inputs !== inputs) {
        all.dispose();
        throw new ActivationLensError('aborted', 'The picture was changed.');
      }
      this.dropSingle();
      this.kept = all;
      return all.get(path);
    }
    const one = await createExtractor(model, { layers: path }).run(input, { signal });
    this.dropSingle();
    this.single = one.get(0);
    return this.single;
  }

  private dropSingle(): void {
    this.single?.dispose();
    this.single = undefined;
  }

  /** How many numbers all layers give together, as far as their shapes say. */
  private numbers(): number {
    const [, height = 224, width = 224] = this.inputs[0]?.shape ?? [];
    const free = Math.max(height, width);
    return this.layers.reduce(
      (sum, { outputShape: [, ...sizes] }) => sum + sizes.reduce<number>((all, size) => all * (size ?? free), 1),
      0,
    );
  }

  private need(): Model {
    if (!this.model) throw new ActivationLensError('format', 'There is no model yet: open one.');
    return this.model;
  }

  private needInputs(): readonly Tensor[] {
    if (this.inputs.length === 0) throw new ActivationLensError('image', 'There is no picture yet: open one.');
    return this.inputs;
  }

  private forget(): void {
    this.kept?.dispose();
    this.kept = undefined;
    this.dropSingle();
    this.asked = 0;
    for (const tensor of this.inputs) tensor.dispose();
    this.inputs = [];
  }

  private close(): void {
    this.liveMaps?.stop();
    this.forget();
    this.model?.dispose();
    this.model = undefined;
  }
}

/** Weights and the JSON of their architecture, dropped together, are one Keras model; any other list is tfjs' files. */
async function weightsAndArchitecture(
  source: Requests['open']['args']['source'],
  options: LoadOptions,
): Promise<Parameters<typeof loadModel>> {
  if (typeof source === 'string' || !('length' in source)) return [source, options];
  const weights = source.find(({ name }) => /\.(h5|hdf5|keras)$/i.test(name));
  const json = source.find(({ name }) => /\.json$/i.test(name));
  return weights && json ? [weights, { ...options, architecture: await json.text() }] : [weights ?? source, options];
}

async function useBackend(name: string, left: Readonly<Record<string, string>>): Promise<void> {
  if (getBackend() === name) return;
  const started = await setBackend(name).catch(() => false);
  if (!started)
    throw new ActivationLensError(
      'backend',
      `The backend '${name}' that the address asks for cannot be used here. ${left[name] ?? ''}`.trim(),
    );
}

/** A model that scales the picture itself wants bytes. */
function suggestedRange({ inputs }: Model, layers: readonly LayerInfo[]): ValueRange {
  // Between 0 and 1 there are hardly any whole numbers.
  if (inputs.some(({ dtype }) => /^u?int/.test(dtype))) return 'byte';
  const first = layers.slice(0, 4).some(({ className }) => /^(Rescaling|Normalization|TrueDivide|Divide)$/.test(className));
  return first ? 'byte' : 'unit';
}
