import type { ActivationLensError } from '../errors';

/** What a PNG's pixels are made of. */
export type ColorType = 'grey' | 'rgb' | 'palette' | 'grey-alpha' | 'rgba';

/** One of the sub-images that pixels are stored as: the whole picture, or a pass of an interlaced one (Adam7). */
export interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly width: number;
  readonly height: number;
  /** Bytes a row, without the filter byte. */
  readonly rowBytes: number;
}

export interface Header {
  readonly width: number;
  readonly height: number;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly color: ColorType;
  readonly samplesPerPixel: number;
  readonly passes: readonly Pass[];
}

const COLORS: Readonly<Record<number, readonly [color: ColorType, samplesPerPixel: number, depths: readonly number[]]>> = {
  0: ['grey', 1, [1, 2, 4, 8, 16]],
  2: ['rgb', 3, [8, 16]],
  3: ['palette', 1, [1, 2, 4, 8]],
  4: ['grey-alpha', 2, [8, 16]],
  6: ['rgba', 4, [8, 16]],
};

/** Adam7: where each pass begins, and its steps. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Twice Pillow's `MAX_IMAGE_PIXELS`, at which it refuses to open a file ("decompression bomb"). */
export const MOST_PIXELS = 178_956_970;

/** Reads and checks the IHDR chunk. */
export function readHeader(data: Uint8Array, fail: (problem: string) => ActivationLensError): Header {
  if (data.length < 13) throw fail('has a header of the wrong length');
  const view = new DataView(data.buffer, data.byteOffset);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const depth = data[8]!;
  const colorType = data[9]!;
  const filterMethod = data[11];
  const interlace = data[12];
  if (width === 0 || height === 0) throw fail(`says it has ${width} x ${height} pixels`);
  if (width * height > MOST_PIXELS) throw fail(`says it has ${width} x ${height} pixels; more than ${MOST_PIXELS} are not decoded`);
  const [color, samplesPerPixel, depths] = COLORS[colorType] ?? [];
  if (!color || !samplesPerPixel || !depths?.includes(depth))
    throw fail(`has colour type ${colorType} with ${depth} bits, which PNG does not know`);
  if (filterMethod) throw fail(`has filter method ${filterMethod}, which PNG does not know`);
  const steps = interlace ? ADAM7 : ([[0, 0, 1, 1]] as const);
  const passes = steps
    .map(([x, y, dx, dy]) => {
      const w = Math.ceil((width - x) / dx);
      return { x, y, dx, dy, width: w, height: Math.ceil((height - y) / dy), rowBytes: Math.ceil((w * depth * samplesPerPixel) / 8) };
    })
    .filter((pass) => pass.width > 0 && pass.height > 0);
  return { width, height, depth, color, samplesPerPixel, passes };
}
