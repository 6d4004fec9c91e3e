import { KERNEL } from './simd.generated';

/** What scripts/colormap/kernel.as exports; it says what the arguments are. All places are byte addresses. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  limits(input: number, pixels: number, channels: number, lows: number, highs: number): void;
  colors(
    input: number,
    height: number,
    width: number,
    channels: number,
    step: number,
    pitch: number,
    targets: number,
    lows: number,
    highs: number,
    scales: number,
    exactLows: number,
    ranges: number,
    palette: number,
    rows: number,
    doubt: number,
    sure: number,
  ): void;
}

/** Where things lie in the module's memory for a number of channels, and views of all of it. Good until the next call of `layOut`. */
export interface Layout {
  readonly exports: Exports;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly floats: Float32Array;
  readonly doubles: Float64Array;
  readonly exactLows: number;
  readonly ranges: number;
  readonly lows: number;
  readonly highs: number;
  readonly scales: number;
  readonly targets: number;
  readonly input: number;
  readonly output: number;
}

/** The palette proper starts at PALETTE; what a NaN leads to is from NAN_COLOURS on, 4 kB of 'bad'. */
export const PALETTE = 4096;
export const NAN_COLOURS = 12288;
const PARAMETERS = 16384;

/** Values to handle at a time: they and their colours then stay in a processor's own cache, and the module's memory small. */
export const CHUNK = 0x8000;

let kernel: Exports | null | undefined;
let views: Pick<Layout, 'bytes' | 'words' | 'floats' | 'doubles'> | undefined;

/** Whether WebAssembly with SIMD runs here. Compiles the module on the first call. */
export function hasKernel(): boolean {
  if (kernel === undefined) {
    try {
      const bytes = Uint8Array.from(KERNEL.match(/../g)!, (digits) => Number.parseInt(digits, 16));
      kernel = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Exports;
    } catch {
      // No WebAssembly, none with SIMD, or a page that forbids it: the scalar twin gives the same bytes.
      kernel = null;
    }
  }
  return kernel !== null;
}

/** Room for so many channels' parameters, bytes of input and bytes of output. Only after `hasKernel()`. */
export function layOut(channels: number, inputBytes: number, outputBytes: number): Layout {
  const exports = kernel!;
  const exactLows = PARAMETERS;
  const ranges = exactLows + channels * 8;
  const lows = ranges + channels * 8;
  const highs = lows + channels * 4;
  const scales = highs + channels * 4;
  const targets = scales + channels * 4;
  const input = (targets + channels * 4 + 15) & ~15;
  const output = input + inputBytes;
  const missing = output + outputBytes - exports.memory.buffer.byteLength;
  if (missing > 0) exports.memory.grow(Math.ceil(missing / 0x10000));
  const { buffer } = exports.memory;
  if (views?.bytes.buffer !== buffer) {
    views = {
      bytes: new Uint8Array(buffer),
      words: new Uint32Array(buffer),
      floats: new Float32Array(buffer),
      doubles: new Float64Array(buffer),
    };
  }
  return { exports, ...views, exactLows, ranges, lows, highs, scales, targets, input, output };
}

/** Puts a palette (see `palette`) where the kernel looks for it. */
export function setPalette({ bytes, words }: Layout, colours: Uint8Array): void {
  bytes.set(colours, PALETTE);
  const bad = words[PALETTE / 4]!;
  if (words[NAN_COLOURS / 4] !== bad) words.fill(bad, NAN_COLOURS / 4, PARAMETERS / 4);
}
