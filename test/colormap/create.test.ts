import { describe, expect, it } from 'vitest';
import { createColormap, linearSegmented, listed, parseColor } from '../../src/colormap/index';
import { thrown } from './fixtures';

describe('createColormap', () => {
  it('makes a row of each colour', () => {
    const { name, rows, table } = createColormap('mine', ['black', '#f00', [0, 1, 0], [0, 0, 1, 0.5], Uint8Array.of(1, 2, 3)]);
    expect({ name, rows }).toEqual({ name: 'mine', rows: 5 });
    expect([...table]).toEqual([0, 0, 0, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 127, 1, 2, 3, 255]);
  });

  it('runs through stops in 256 steps', () => {
    const { rows, table } = createColormap('fire', [
      [0, 'black'],
      [0.5, 'red'],
      [1, 'white'],
    ]);
    expect(rows).toBe(256);
    expect([...table.subarray(0, 4), ...table.subarray(-4)]).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
    expect([...table.subarray(128 * 4, 128 * 4 + 4)]).toEqual([255, 1, 1, 255]);
  });

  it('takes plain numbers for bytes as soon as one of them is above 1', () => {
    expect([
      ...createColormap('bytes', [
        [1, 1, 1],
        [255, 128, 0],
      ]).table,
    ]).toEqual([1, 1, 1, 255, 255, 128, 0, 255]);
    expect([
      ...createColormap('parts', [
        [1, 1, 1],
        [1, 0.5, 0],
      ]).table,
    ]).toEqual([255, 255, 255, 255, 255, 127, 0, 255]);
  });

  it("takes a ready table of bytes, and does not keep the caller's", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const { rows, table } = createColormap('ready', bytes);
    bytes.fill(0);
    expect(rows).toBe(2);
    expect([...table]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('takes colours for under, over and bad', () => {
    expect(createColormap('ends', ['w'], { under: 'k', over: [255, 0, 0], bad: 'none' })).toMatchObject({
      under: [0, 0, 0, 255],
      over: [255, 0, 0, 255],
      bad: [0, 0, 0, 0],
    });
  });

  it.each([
    [() => createColormap('empty', []), "Colormap 'empty' was given 0 colours; a table needs at least 1 row."],
    [() => createColormap('empty', new Uint8Array(0)), "Colormap 'empty' was given 0 colours; a table needs at least 1 row."],
    [() => createColormap('odd', new Uint8Array(6)), "Colormap 'odd' was given 6 bytes; a table has 4 bytes (RGBA) for each row."],
    [
      () => createColormap('no', ['rouge']),
      "'rouge' is no colour; give a name ('red'), '#rrggbb', or 3 or 4 numbers between 0 and 1 (or bytes).",
    ],
    [() => createColormap('no', [[1, 2] as never, 'red']), '[1, 2] is no colour'],
    [() => createColormap('no', [[0, 0, -1]]), '[0, 0, -1] is no colour'],
    [() => createColormap('no', [[0, 0, 256]]), '[0, 0, 256] is no colour'],
    [() => createColormap('no', ['red'], { bad: 'nope' }), "'nope' is no colour"],
    [
      () =>
        createColormap('falling', [
          [0, 'red'],
          [0.7, 'red'],
          [0.5, 'red'],
          [1, 'red'],
        ]),
      'The red segments have x 0, 0.7, 0.5, 1; x must rise from 0 to 1.',
    ],
    [
      () =>
        createColormap('short', [
          [0, 'red'],
          [0.5, 'red'],
        ]),
      'have x 0, 0.5; x must rise from 0 to 1.',
    ],
    [() => linearSegmented('none', []), "Colormap 'none' was given 0 colours"],
    [() => linearSegmented('none', { red: [], green: [], blue: [] }), 'The red segments have x nowhere'],
    [() => linearSegmented('rows', ['red'], { rows: 0 }), 'rows is 0; it must be an integer of at least 1.'],
    [() => linearSegmented('gamma', ['red'], { gamma: 0 }), 'gamma is 0; it must be a number above 0.'],
    [() => listed('none', []), "Colormap 'none' was given 0 colours"],
  ])('refuses with a sentence: %#', (call, text) => {
    const { code, message } = thrown(call);
    expect(code).toBe('shape');
    expect(message).toContain(text);
  });
});

describe('parseColor', () => {
  it("knows matplotlib's ways to name one", () => {
    expect(parseColor('g')).toEqual([0, 0.5, 0, 1]);
    expect(parseColor('green')).toEqual([0, 128 / 255, 0, 1]);
    expect(parseColor('tab:blue')).toEqual([31 / 255, 119 / 255, 180 / 255, 1]);
    expect(parseColor('0.5')).toEqual([0.5, 0.5, 0.5, 1]);
    expect(parseColor('#0f08')).toEqual([0, 1, 0, 8 / 15]);
    expect(parseColor('none')).toEqual([0, 0, 0, 0]);
  });
});
