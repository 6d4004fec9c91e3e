import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colormaps } from '../../src/colormap/all';
import { colorize, createColormap, linearSegmented, reversed, tab10, viridis, withAlpha } from '../../src/colormap/index';
import { digest, finiteFloat32, floats, readJSON, thrown } from './fixtures';

const expected = readJSON<Record<string, [table: string, reversed: string]>>('tables.json');

describe('the tables', () => {
  it('are the 91 of matplotlib 3.11', () => {
    expect(Object.keys(colormaps).sort()).toEqual(Object.keys(expected).sort());
    expect(Object.keys(colormaps)).toHaveLength(91);
  });

  it.each(Object.entries(expected))("%s is matplotlib's, and so is its reversal", (name, [table, back]) => {
    const colormap = colormaps[name as keyof typeof colormaps];
    expect(colormap.name).toBe(name);
    expect(colormap.table).toHaveLength(colormap.rows * 4);
    expect(digest(colormap.table)).toBe(table);
    expect(digest(reversed(colormap).table)).toBe(back);
  });

  it('say who wrote them and how', () => {
    for (const name of Object.keys(expected)) {
      const source = readFileSync(new URL(`../../src/colormap/tables/${name}.ts`, import.meta.url), 'utf8');
      expect(source).toMatch(/^\/\/ Written by scripts\/colormap\/generate\.py from matplotlib 3\.11\.2; do not edit\./);
    }
  });

  it('hold what a person would expect of two of them', () => {
    expect([...viridis.table.subarray(0, 8)]).toEqual([68, 1, 84, 255, 68, 2, 85, 255]);
    expect([...viridis.table.subarray(-4)]).toEqual([253, 231, 36, 255]);
    expect(tab10.rows).toBe(10);
    expect([...tab10.table.subarray(0, 4)]).toEqual([31, 119, 180, 255]);
  });
});

describe('reversed', () => {
  it('gives the very object back the second time', () => {
    for (const colormap of Object.values(colormaps)) expect(reversed(reversed(colormap))).toBe(colormap);
    expect(reversed(viridis).name).toBe('viridis_r');
  });

  it('exchanges under and over', () => {
    const colormap = createColormap('mine', ['red', 'lime'], { under: 'black', over: 'white', bad: 'blue' });
    expect(reversed(colormap)).toMatchObject({ under: [255, 255, 255, 255], over: [0, 0, 0, 255], bad: [0, 0, 255, 255] });
    expect([...reversed(colormap).table]).toEqual([0, 255, 0, 255, 255, 0, 0, 255]);
  });

  it("does not take one table's corrections for another's", () => {
    const changed = { ...colormaps.gray, table: Uint8Array.from(colormaps.gray.table) };
    expect([...reversed(changed).table.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
    expect([...reversed(changed).table].slice(4)).toEqual(
      [...changed.table]
        .slice(0, -4)
        .reduce<number[][]>((rows, byte, i) => {
          if (i % 4 === 0) rows.unshift([]);
          rows[0]!.push(byte);
          return rows;
        }, [])
        .flat(),
    );
  });
});

describe('withAlpha', () => {
  it('makes every colour as transparent, the bad one too, as matplotlib does', () => {
    const half = withAlpha(viridis, 0.5);
    expect(new Set(half.table.filter((_, i) => i % 4 === 3))).toEqual(new Set([127]));
    expect(half.bad).toEqual(Uint8Array.of(0, 0, 0, 127));
    expect([...colorize({ width: 1, height: 1, data: Float32Array.of(Number.NaN) }, { colormap: half }).data]).toEqual([0, 0, 0, 127]);
    expect([...viridis.table.subarray(0, 4)]).toEqual([68, 1, 84, 255]);
  });

  it('refuses what is no transparency', () => {
    expect(thrown(() => withAlpha(viridis, 1.5))).toMatchObject({
      code: 'shape',
      message: 'alpha is 1.5; it must be between 0 (transparent) and 1 (opaque).',
    });
    expect(thrown(() => withAlpha(viridis, Number.NaN)).message).toContain('alpha is NaN');
  });
});

describe('colorize with a table', () => {
  it('never leaves it', () => {
    const inTable = new Set<string>();
    for (let row = 0; row < 256; row++) inTable.add(viridis.table.subarray(row * 4, row * 4 + 4).join());
    fc.assert(
      fc.property(floats(finiteFloat32, { minLength: 1, maxLength: 40 }), (data) => {
        const { data: pixels } = colorize({ width: data.length, height: 1, data });
        for (let i = 0; i < data.length; i++) expect(inTable.has(pixels.subarray(i * 4, i * 4 + 4).join())).toBe(true);
      }),
      { seed: 1 },
    );
  });

  it('refuses one without rows, or whose bytes do not fit, with the numbers', () => {
    const map = { width: 1, height: 1, data: new Float32Array(1) };
    expect(thrown(() => colorize(map, { colormap: { name: 'none', rows: 0, table: new Uint8Array(0) } }))).toMatchObject({
      code: 'shape',
      message: "Colormap 'none' says it has 0 rows and its table has 0 bytes; it needs at least 1 row, and 4 bytes (RGBA) for each.",
    });
    expect(thrown(() => colorize(map, { colormap: { name: 'odd', rows: 2, table: new Uint8Array(6) } })).message).toContain(
      'has 2 rows and its table has 6 bytes',
    );
  });
});

describe("colormaps of one's own", () => {
  const created =
    readJSON<{ kind: string; colors: never; rows?: number; gamma?: number; table: string; reversed: string; alpha: string }[]>(
      'created.json',
    );

  it(`are matplotlib's, reversed and transparent too (${created.length})`, () => {
    for (const one of created) {
      const { kind, colors, rows, gamma } = one;
      const plain = kind === 'listed' || (kind === 'stops' && rows === undefined);
      const colormap = plain ? createColormap('made', colors) : linearSegmented('made', colors, { rows, gamma });
      const label = JSON.stringify(one);
      expect(digest(colormap.table), label).toBe(one.table);
      expect(digest(reversed(colormap).table), label).toBe(one.reversed);
      expect(digest(withAlpha(colormap, 0.37).table), label).toBe(one.alpha);
    }
  });
});
