/** A glyph's outline in font units, y upwards: closed contours of straight lines (curves are already cut into pieces). */
export type Outline = readonly (readonly (readonly [x: number, y: number])[])[];

/** What text needs from a font. */
export interface Font {
  readonly unitsPerEm: number;
  /** The glyph of a character; 0 is the empty box that stands for one the font lacks. */
  glyph(code: number): number;
  outline(glyph: number): Outline;
}

/** Into how many lines a curve is cut: at the sizes of labels nobody sees the corners. */
const pieces = 6;

/**
 * Reads a TrueType font with a format 4 character map, as scripts/font.py writes it. Only what drawing upright text takes: no hinting,
 * no kerning, no variations. (Microsoft's OpenType specification 1.9, tables head, maxp, cmap, loca and glyf.)
 */
export function readFont(bytes: Uint8Array): Font {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const tables = new Map<string, number>();
  for (let i = 0, at = 12; i < view.getUint16(4); i++, at += 16) {
    tables.set(String.fromCharCode(...bytes.subarray(at, at + 4)), view.getUint32(at + 8));
  }
  const head = tables.get('head')!;
  const long = view.getInt16(head + 50) === 1;
  const loca = tables.get('loca')!;
  const glyf = tables.get('glyf')!;
  const start = (glyph: number) => (long ? view.getUint32(loca + 4 * glyph) : 2 * view.getUint16(loca + 2 * glyph));
  const outlines = new Map<number, Outline>();
  const outline = (glyph: number): Outline => {
    const known = outlines.get(glyph);
    if (known !== undefined) return known;
    const made = start(glyph) === start(glyph + 1) ? [] : readGlyph(view, glyf + start(glyph), outline);
    outlines.set(glyph, made);
    return made;
  };
  return { unitsPerEm: view.getUint16(head + 18), glyph: characterMap(view, tables.get('cmap')!), outline };
}

function characterMap(view: DataView, cmap: number): (code: number) => number {
  let table = 0;
  for (let i = 0; i < view.getUint16(cmap + 2); i++) {
    const at = cmap + view.getUint32(cmap + 8 + 8 * i);
    if (view.getUint16(at) === 4) table = at;
  }
  const segments = view.getUint16(table + 6) / 2;
  const ends = table + 14;
  const starts = ends + 2 * segments + 2;
  const deltas = starts + 2 * segments;
  const offsets = deltas + 2 * segments;
  return (code) => {
    for (let i = 0; i < segments; i++) {
      if (code > view.getUint16(ends + 2 * i)) continue;
      const first = view.getUint16(starts + 2 * i);
      if (code < first) return 0;
      const offset = view.getUint16(offsets + 2 * i);
      const delta = view.getUint16(deltas + 2 * i);
      if (offset === 0) return (code + delta) & 0xffff;
      const glyph = view.getUint16(offsets + 2 * i + offset + 2 * (code - first));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}

function readGlyph(view: DataView, at: number, outline: (glyph: number) => Outline): Outline {
  const contours = view.getInt16(at);
  return contours >= 0 ? readSimple(view, at + 10, contours) : readComposite(view, at + 10, outline);
}

function readSimple(view: DataView, at: number, contours: number): Outline {
  const ends = Array.from({ length: contours }, (_, i) => view.getUint16(at + 2 * i));
  const count = contours === 0 ? 0 : ends[contours - 1]! + 1;
  let next = at + 2 * contours;
  next += 2 + view.getUint16(next);
  const flags: number[] = [];
  while (flags.length < count) {
    const flag = view.getUint8(next++);
    flags.push(flag);
    if (flag & 8) for (let repeats = view.getUint8(next++); repeats > 0; repeats--) flags.push(flag);
  }
  const read = (short: number, same: number): number[] => {
    let value = 0;
    return flags.map((flag) => {
      if (flag & short) value += flag & same ? view.getUint8(next++) : -view.getUint8(next++);
      else if (!(flag & same)) {
        value += view.getInt16(next);
        next += 2;
      }
      return value;
    });
  };
  const xs = read(2, 16);
  const ys = read(4, 32);
  return ends.map((end, i) => {
    const first = i === 0 ? 0 : ends[i - 1]! + 1;
    return flatten(xs.slice(first, end + 1), ys.slice(first, end + 1), flags.slice(first, end + 1));
  });
}

/** A contour of on-curve points and quadratic control points as lines. Between two control points lies an on-curve point in the middle. */
function flatten(xs: readonly number[], ys: readonly number[], flags: readonly number[]): [number, number][] {
  const n = xs.length;
  const on = (i: number) => (flags[i % n]! & 1) === 1;
  const point = (i: number): [number, number] => [xs[i % n]!, ys[i % n]!];
  const middle = (a: readonly number[], b: readonly number[]): [number, number] => [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2];
  const begin = flags.findIndex((flag) => flag & 1);
  const points: [number, number][] = [];
  const from = Math.max(0, begin);
  let last = begin < 0 ? middle(point(n - 1), point(0)) : point(from);
  points.push(last);
  for (let k = begin < 0 ? 0 : 1; k <= n - (begin < 0 ? 1 : 0); k++) {
    const i = from + k;
    if (on(i)) {
      last = point(i);
      points.push(last);
      continue;
    }
    const control = point(i);
    const end = on(i + 1) ? point(i + 1) : middle(control, point(i + 1));
    for (let step = 1; step <= pieces; step++) {
      const t = step / pieces;
      const [a, b, c] = [(1 - t) * (1 - t), 2 * t * (1 - t), t * t];
      points.push([a * last[0] + b * control[0] + c * end[0], a * last[1] + b * control[1] + c * end[1]]);
    }
    last = end;
  }
  return points;
}

/** Accented letters are made of others, moved. Scaled parts do not occur in the fonts this reads. */
function readComposite(view: DataView, at: number, outline: (glyph: number) => Outline): Outline {
  const contours: (readonly (readonly [number, number])[])[] = [];
  let next = at;
  for (;;) {
    const flags = view.getUint16(next);
    const part = outline(view.getUint16(next + 2));
    const words = (flags & 1) !== 0;
    const dx = words ? view.getInt16(next + 4) : view.getInt8(next + 4);
    const dy = words ? view.getInt16(next + 6) : view.getInt8(next + 5);
    next += words ? 8 : 6;
    let [xx, xy, yx, yy] = [1, 0, 0, 1];
    const fraction = () => {
      next += 2;
      return view.getInt16(next - 2) / 16384;
    };
    if (flags & 8) {
      xx = fraction();
      yy = xx;
    } else if (flags & 64) [xx, yy] = [fraction(), fraction()];
    else if (flags & 128) [xx, xy, yx, yy] = [fraction(), fraction(), fraction(), fraction()];
    contours.push(...part.map((contour) => contour.map(([x, y]) => [xx * x + yx * y + dx, xy * x + yy * y + dy] as const)));
    if (!(flags & 32)) return contours;
  }
}
