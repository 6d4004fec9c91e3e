import { Camera } from './camera';
import { coloringSettings, type LayerColoring, layerColoring } from './coloring';
import { byId, h } from './dom';
import { download } from './downloads';
import { acceptFiles } from './drop';
import { Engine, EngineError } from './engine';
import { count, shape } from './numbers';
import { bindControls, showPreparation } from './panels/controls';
import { Detail } from './panels/detail';
import { Grid } from './panels/grid';
import { LayersPanel } from './panels/layers';
import { Live } from './panels/live';
import { alert, clearAlert, withProgress } from './panels/messages';
import { showPredictions } from './panels/predictions';
import type { ExportRequest, LayerView, ModelView, OutputView, PictureView, Preparation } from './protocol';
import { Store } from './state';
import { fromHash, syncAddress } from './url';

/** Milliseconds between two frames that are read while maps are drawn live. */
const TELL_EVERY = 1000;

/** Puts the panels together: a model and a picture go in, layers come out. */
export class App {
  private readonly engine = new Engine();
  private readonly store = new Store(fromHash(location.hash));
  private readonly layers = new LayersPanel(this.store);
  private readonly grid = new Grid(this.store);
  private readonly detail = new Detail(this.store, () => this.grid.order);
  private readonly camera = new Camera();
  private readonly live = new Live(this.engine, this.store, this.grid);
  /** When a frame was last read for what is not drawn live: the picture and the predictions. */
  private told = 0;
  private readonly picture = byId<HTMLCanvasElement>('picture');
  private model: ModelView | undefined;
  private layer: LayerView | undefined;
  /** The worker has a picture for the model. */
  private ready = false;
  private outputs: readonly OutputView[] = [];
  /** Names of the classes, by number. */
  private labels: readonly string[] = [];
  private shown: LayerColoring | undefined;
  private request: AbortController | undefined;

  constructor() {
    bindControls(this.store);
    syncAddress(this.store);
    acceptFiles({
      onModel: (files) => void this.attempt(() => this.openModel(files.length === 1 ? files[0]! : files)),
      onLabels: (file) => void this.attempt(() => this.openLabels(file)),
      onPicture: (file) => void this.attempt(() => this.openPicture(file)),
    });
    this.store.on(['layer'], () => void this.attempt(() => this.showLayer()));
    this.store.on(['range', 'size', 'resize'], () => void this.attempt(() => this.openPicture()));
    this.store.on(['colormap', 'reversed', 'norm', 'shared'], () => void this.attempt(() => this.recolor()));
    byId('camera').addEventListener('click', () => void this.attempt(() => this.toggleCamera()));
    this.bindDownloads();
  }

  async start(model: string, picture: string): Promise<void> {
    await this.attempt(() => this.openModel(model, picture));
    byId('maps').removeAttribute('aria-busy');
    if (!this.model) byId('layer-facts').textContent = 'Open a model to see what its layers make of a picture.';
  }

  /** Runs something a person asked for; what goes wrong is said in a sentence. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof EngineError && error.code === 'aborted') return;
      alert(error instanceof EngineError ? inWordsOfThePage(error) : error instanceof Error ? error.message : String(error));
    }
  }

  private async openModel(source: string | File | readonly File[], picture?: string): Promise<void> {
    clearAlert();
    delete document.documentElement.dataset.shown;
    const backend = new URLSearchParams(location.search).get('backend') ?? undefined;
    const what = `Opening ${typeof source === 'string' ? 'the first model' : 'length' in source ? source.map(({ name }) => name).join(', ') : source.name}`;
    const model = await withProgress(what, (signal, onProgress) =>
      this.engine.call('open', { source, backend }, { signal, onProgress }),
    ).catch((error) => {
      throw error instanceof EngineError && typeof source !== 'string' ? naming(source, error) : error;
    });
    this.model = model;
    this.live.end();
    this.layer = undefined;
    this.labels = [];
    this.outputs = [];
    showPredictions([], []);
    this.ready = false;
    showModel(model);
    this.layers.show(model.layers);
    const { layer, channel } = this.store.get();
    const known = model.layers.some(({ path }) => path === layer);
    const maps = model.layers.filter(({ spatial }) => spatial);
    const first = maps.find(({ className }) => className.includes('Conv')) ?? maps[0] ?? model.layers[0];
    if (!known) this.store.set({ layer: first?.path ?? '', channel: layer === '' ? channel : null });
    await this.openPicture(picture);
  }

  private async openPicture(source?: string | Blob | ImageBitmap): Promise<void> {
    if (!this.model) return;
    delete document.documentElement.dataset.shown;
    const preparation = this.preparation(this.model);
    showPreparation(preparation, this.model.freeSize, this.model.note);
    const transfer = typeof ImageBitmap !== 'undefined' && source instanceof ImageBitmap ? [source] : [];
    if (source instanceof Blob) {
      clearAlert();
      this.stopCamera();
    }
    const picture = await this.engine.call('picture', { source, preparation }, { transfer });
    this.ready = true;
    this.showPicture(picture);
    await this.showLayer();
    this.outputs = await this.engine.call('predict', {});
    showPredictions(this.outputs, this.labels);
  }

  private async openLabels(file: File): Promise<void> {
    this.labels = (await file.text()).split(/\r?\n/).map((line) => line.trim());
    showPredictions(this.outputs, this.labels);
  }

  private preparation(model: ModelView): Preparation {
    const { range, size, resize } = this.store.get();
    return { range: range === 'auto' ? model.range : range, size, resize };
  }

  private showPicture({ image, original }: PictureView): void {
    const { picture } = this;
    picture.width = image.width;
    picture.height = image.height;
    picture.getContext('2d')?.drawImage(image, 0, 0);
    image.close();
    const size = (sizes: readonly number[]) => h('span', { class: 'together' }, shape(sizes));
    byId('picture-facts').replaceChildren(size(original), ', seen as ', size([picture.width, picture.height]));
    this.detail.showPicture(picture);
  }

  private async showLayer(): Promise<void> {
    const { layer: path } = this.store.get();
    const row = this.model?.layers.find((one) => one.path === path);
    if (!row || !this.ready) return;
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    byId('maps').setAttribute('aria-busy', 'true');
    try {
      const layer = await this.engine.call('layer', { path }, { signal: request.signal });
      const view = this.store.get();
      const coloring = await this.coloring(layer);
      if (this.request !== request) return;
      this.layer = layer;
      byId('layer-heading').textContent = path;
      const parameters = row.parameters > 0 ? ` · ${count(row.parameters)} parameters` : '';
      byId('layer-facts').textContent = `${row.className} · ${shape(layer.shape.slice(1))}${parameters}`;
      this.grid.show(layer, coloring);
      this.detail.show(layer, coloring);
      this.replace(coloring);
      if (this.store.get() !== view) await this.recolor();
      document.documentElement.dataset.shown = path;
    } finally {
      if (this.request === request) byId('maps').removeAttribute('aria-busy');
    }
  }

  private async recolor(): Promise<void> {
    const { layer } = this;
    if (!layer) return;
    const view = this.store.get();
    const coloring = await this.coloring(layer);
    // Chosen otherwise meanwhile: what was chosen last is on its way.
    if (this.layer !== layer || this.store.get() !== view) return;
    this.grid.recolor(coloring);
    this.detail.show(layer, coloring);
    this.replace(coloring);
  }

  /** Gives back the picture that was shown before. */
  private replace(coloring: LayerColoring): void {
    this.shown?.sheet?.image.close();
    this.shown = coloring;
  }

  /** On WebGPU the worker colours all channels there; anywhere else the page does it, map by map. */
  private async coloring(layer: LayerView): Promise<LayerColoring> {
    const view = this.store.get();
    const coloring = layerColoring(view, layer);
    if (this.model?.backend !== 'webgpu' || layer.kind !== 'maps' || coloring.failure !== undefined) return coloring;
    return { ...coloring, ...(await this.engine.call('sheet', { path: layer.path, coloring: coloringSettings(view, layer) })) };
  }

  private async toggleCamera(): Promise<void> {
    const button = byId('camera');
    clearAlert();
    if (this.camera.on) {
      const last = await this.camera.frame();
      this.stopCamera();
      await this.openPicture(last);
    } else {
      await this.camera.start(async (frame) => {
        try {
          await this.showFrame(frame);
        } catch (error) {
          // A layer chosen meanwhile cancels a frame; the next one shows it.
          if (error instanceof EngineError && error.code === 'aborted') return;
          this.stopCamera();
          alert(error instanceof Error ? error.message : String(error));
        }
      });
    }
    button.setAttribute('aria-pressed', String(this.camera.on));
  }

  /** On WebGPU the maps are drawn there, and only now and then is a frame read for the rest of the page. */
  private async showFrame(frame: ImageBitmap): Promise<void> {
    const { model, layer } = this;
    if (!model) return;
    const preparation = this.preparation(model);
    const due = performance.now() - this.told > TELL_EVERY;
    const copy = due ? await createImageBitmap(frame) : undefined;
    if (!(await this.live.show(frame, { model, layer, preparation }))) {
      copy?.close();
      await this.openPicture(frame);
    } else if (copy && this.model === model) {
      this.showPicture(await this.engine.call('picture', { source: copy, preparation }, { transfer: [copy] }));
      this.outputs = await this.engine.call('predict', {});
      showPredictions(this.outputs, this.labels);
      this.told = performance.now();
    }
  }

  private stopCamera(): void {
    this.camera.stop();
    this.live.end();
    byId('camera').setAttribute('aria-pressed', 'false');
  }

  private bindDownloads(): void {
    const bind = (id: string, channel: () => number | null) => {
      byId(id).addEventListener('click', ({ target }) => {
        const format = (target as Element).closest<HTMLElement>('[data-format]')?.dataset.format as ExportRequest['format'] | undefined;
        const { layer } = this;
        if (!format || !layer) return;
        byId<HTMLDetailsElement>('downloads').open = false;
        void this.attempt(() => download(this.engine, this.store.get(), layer, { channel: channel(), order: this.grid.order, format }));
      });
    };
    bind('downloads', () => null);
    bind('channel-downloads', () => this.store.get().channel);
  }
}

/** The same error, with the file's name before it where it is not in it. */
function naming(source: File | readonly File[], { code, message }: EngineError): EngineError {
  const files = 'length' in source ? source : [source];
  if (code === 'aborted' || files.some(({ name }) => message.includes(name))) return new EngineError({ code, message });
  return new EngineError({ code, message: `${files[0]?.name ?? 'The file'}: ${message.replace(/^Layer /, 'layer ')}` });
}

/** Where the library's advice is for programmers, the same for someone with a file in hand. */
function inWordsOfThePage({ code, message }: EngineError): string {
  // What this page cannot do: it runs nobody's code.
  const [library, withKeras] = / Register .* through customLayers(?: \([^)]*\))?(, or .*)?\.?$/.exec(message) ?? [];
  if (library !== undefined) {
    const instead = withKeras
      ? 'Save the model with'
      : 'A program that uses activation-lens can add it; for this page, save the model with';
    return `${message.slice(0, -library.length)} ${instead} that part written as Keras layers, and open that.`;
  }
  if (code !== 'weights-only') return message;
  const what = message.split('. ')[0];
  return `${what}. Write the JSON of model.to_json() to a file, and drop that JSON and the weights together; or save the whole model with model.save().`;
}

function showModel(model: ModelView): void {
  byId('model-facts').replaceChildren(h('b', {}, model.file || model.name), ` · ${model.producer} · ${count(model.parameters)} parameters`);
  byId('computed').hidden = false;
  byId('runtime').textContent = `Computed with ${BACKENDS[model.backend] ?? model.backend}`;
  byId('attempts').replaceChildren(
    ...model.attempts.map(({ backend, reason }) => h('li', {}, `${BACKENDS[backend] ?? backend}: ${reason}`)),
  );
}

const BACKENDS: Readonly<Record<string, string>> = { webgpu: 'WebGPU', webgl: 'WebGL', wasm: 'WebAssembly', cpu: 'JavaScript' };
