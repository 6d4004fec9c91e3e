import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { colormaps } from '../../src/colormap/all';
import type { Colormap, Norm, RGBA } from '../../src/colormap/index';
import * as library from '../../src/colormap/index';

interface Case {
  n: number;
  norm: string;
  options: Record<string, never>;
  colormap: keyof typeof colormaps;
  reversed?: boolean;
  extremes?: Partial<Record<'under' | 'over' | 'bad', RGBA>>;
  error?: string;
}

const FOLDER = process.env.COLORMAP_CASES ?? fileURLToPath(new URL('../fixtures/colormap/', import.meta.url));
const cases = JSON.parse(readFileSync(path.join(FOLDER, 'cases.json'), 'utf8')) as Case[];
const values = new Float32Array(Uint8Array.from(gunzipSync(readFileSync(path.join(FOLDER, 'values.f32.gz')))).buffer);
const colours = gunzipSync(readFileSync(path.join(FOLDER, 'colours.rgba.gz')));

function makeNorm({ norm, options }: Case): Norm {
  if (norm === 'funcNorm') return library.funcNorm({ ...options, forward: Math.sqrt, inverse: (x) => x * x });
  return (library as unknown as Record<string, (options: unknown) => Norm>)[norm]!(options);
}

function makeColormap({ colormap, reversed, extremes }: Case): Colormap {
  const table = reversed ? library.reversed(colormaps[colormap]) : colormaps[colormap];
  return { ...table, ...extremes };
}

/** Each case with its part of the values and of the expected colours. */
function* all(): Generator<{ given: Case; map: Float32Array; expected: Uint8Array; label: string }> {
  let value = 0;
  let colour = 0;
  for (const [i, given] of cases.entries()) {
    const map = values.slice(value, value + given.n);
    const bytes = given.error === undefined ? given.n * 4 : 0;
    yield { given, map, expected: colours.subarray(colour, colour + bytes), label: `case ${i}: ${JSON.stringify(given)}` };
    value += given.n;
    colour += bytes;
  }
}

describe(`colorize against matplotlib 3.11.2 (${cases.length} cases)`, () => {
  for (const norm of [...new Set(cases.map((given) => given.norm))].sort()) {
    it(`gives every byte of ${norm}, and refuses what matplotlib refuses`, () => {
      for (const { given, map, expected, label } of all()) {
        if (given.norm !== norm) continue;
        const paint = (): Uint8ClampedArray =>
          library.colorize({ width: given.n, height: 1, data: map }, { norm: makeNorm(given), colormap: makeColormap(given) }).data;
        if (given.error !== undefined) expect(paint, label).toThrow(expect.objectContaining({ code: 'shape' }));
        else if (Buffer.compare(Buffer.from(paint()), expected) !== 0) expect([...paint()], label).toEqual([...expected]);
      }
    });
  }

  it('gives the same bytes by comparing with bin edges', () => {
    for (const { given, map, expected, label } of all()) {
      if (given.error !== undefined) continue;
      const norm = makeNorm(given);
      const colormap = makeColormap(given);
      const { keys, nan } = library.binEdges(norm, norm.limits(map), colormap.rows);
      const palette = library.palette(colormap);
      const painted = Array.from(map).flatMap((x) => {
        const place = Number.isNaN(x) ? nan : keys.filter((edge) => edge <= library.floatKey(x)).length;
        return [...palette.subarray(place * 4, place * 4 + 4)];
      });
      if (Buffer.compare(Buffer.from(painted), expected) !== 0) expect(painted, label).toEqual([...expected]);
    }
  });

  it('leaves the arrays it is given alone', () => {
    const before = values.slice();
    for (const { given, map } of all()) {
      if (given.error !== undefined) continue;
      const copy = map.slice();
      library.colorize({ width: given.n, height: 1, data: map }, { norm: makeNorm(given), colormap: makeColormap(given) });
      expect(new Uint8Array(map.buffer)).toEqual(new Uint8Array(copy.buffer));
    }
    expect(new Uint8Array(values.buffer)).toEqual(new Uint8Array(before.buffer));
  });
});
