import { describe, expect, it } from 'vitest';
import { colorize, normalize, tab20, turbo, viridis } from '../../src/colormap';
import { featureGrid, figure, imageAxes, layerGrid, mapFigure } from '../../src/figure';
import { pngRenderer, terminalColors, terminalGraphics, terminalRenderer } from '../../src/render';
import { decode } from './decode';
import { readKitty } from './kitty';
import { map, scene } from './scene';
import { readSixels } from './sixel';

const ESC = '\u001b';

/** What a terminal would show: for each cell its character and its two colours, by interpreting the codes. */
function screen(text: string): { character: string; fore: string; back: string }[][] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const cells: { character: string; fore: string; back: string }[] = [];
      let [fore, back] = ['', ''];
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes begin with one
      for (const [, codes, character] of line.matchAll(/\u001b\[([\d;]*)m|([^\u001b])/gu)) {
        if (character !== undefined) {
          cells.push({ character, fore, back });
          continue;
        }
        const list = codes!.split(';').map(Number);
        for (let i = 0; i < list.length; ) {
          if (list[i] === 0) [fore, back] = ['', ''];
          if (list[i] === 38) fore = list.slice(i + 2, i + 5).join(',');
          if (list[i] === 48) back = list.slice(i + 2, i + 5).join(',');
          if (list[i] === 97) fore = 'white';
          i += list[i] === 38 || list[i] === 48 ? 5 : 1;
        }
      }
      return cells;
    });
}
const plain = (text: string) => screen(text).map((line) => line.map(({ character }) => character).join(''));

describe('terminalRenderer', () => {
  it('draws a picture in half blocks, two pixels a character, byte for byte', async () => {
    const image = colorize(map(7, 4));
    const lines = screen(await terminalRenderer.render(image));
    expect(lines.length).toBe(2);
    const color = (x: number, y: number) => [...image.data.subarray((y * 7 + x) * 4, (y * 7 + x) * 4 + 3)].join(',');
    lines.forEach((cells, row) => {
      expect(cells.length).toBe(7);
      cells.forEach(({ character, fore, back }, x) => {
        const [above, below] = [color(x, 2 * row), color(x, 2 * row + 1)];
        if (above === below) expect([character, back]).toEqual([' ', above]);
        else expect([character, fore, back]).toEqual(['▀', above, below]);
      });
    });
  });

  it('leaves transparent pixels to the terminal', async () => {
    const data = Uint8ClampedArray.of(9, 9, 9, 255, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 255);
    const [cells] = screen(await terminalRenderer.render({ width: 2, height: 2, data }));
    expect(cells).toEqual([
      { character: '▀', fore: '9,9,9', back: '' },
      { character: '▄', fore: '8,8,8', back: '' },
    ]);
  });

  it('keeps within the columns, names every layer, marks dead maps', async () => {
    const maps = Array.from({ length: 8 }, (_, i) => ({ ...map(30, 30), channel: 0, layer: { name: `layer_${i}` } }));
    maps[3]!.data.fill(0);
    const lines = plain(await terminalRenderer({ columns: 100 }).render(layerGrid(maps)));
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(100);
    for (let i = 0; i < 8; i++) expect(lines.some((line) => line.includes(`layer_${i}`))).toBe(true);
    expect(lines.filter((line) => line.includes('dead')).length).toBe(1);
    expect(lines[0]).not.toBe('');
    // Texts never run into each other.
    expect(lines.join('\n')).not.toMatch(/layer_\d\S/);
  });

  it('draws ticks where there is room, bars and lines too', async () => {
    const [one] = [mapFigure(map(148, 148))];
    expect(plain(await terminalRenderer({ columns: 80 }).render(one!))[0]).toMatch(/^ *0 +20 +40 +60 +80 +100 +120 +140 *$/);
    const lines = screen(await terminalRenderer({ columns: 160 }).render(scene()));
    const colors = new Set(lines.flatMap((line) => line.flatMap(({ fore, back }) => [fore, back])));
    expect(colors).toContain('31,119,180');
    expect(colors).toContain('214,39,40');
  });

  it('has 256 colours for terminals that have no more', async () => {
    const text = await terminalRenderer({ colors: '256' }).render({
      width: 2,
      height: 1,
      data: Uint8ClampedArray.of(255, 0, 0, 255, 118, 118, 118, 255),
    });
    expect(text).toBe(`${ESC}[0;38;5;196m▀${ESC}[0;38;5;243m▀${ESC}[0m\n`);
  });

  it("sends pictures in kitty's and in iTerm2's protocol", async () => {
    const image = colorize(map(60, 60));
    const kitty = await terminalRenderer({ graphics: 'kitty', columns: 40 }).render(image);
    const shown = readKitty(kitty);
    expect(shown).toMatchObject({ width: 60, height: 60, keys: { a: 'T', f: '100', q: '2', c: '40' } });
    expect(shown.data).toEqual(new Uint8Array(image.data));
    const iterm = await terminalRenderer({ graphics: 'iterm', columns: 40 }).render(image);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes begin with one
    const [, keys, data] = /^\u001b\]1337;File=([^:]*):([^\u0007]*)\u0007\n$/.exec(iterm)!;
    expect(keys).toContain('inline=1');
    expect(decode(Buffer.from(data!, 'base64')).data).toEqual(new Uint8Array(image.data));
  });

  it('writes sixels', async () => {
    const data = Uint8ClampedArray.from({ length: 4 * 5 * 8 }, (_, i) => (i % 4 === 3 ? 255 : Math.floor(i / 20) % 2 === 0 ? 255 : 0));
    const text = await terminalRenderer({ graphics: 'sixel' }).render({ width: 5, height: 8, data });
    // Rows alternate: white in sixel bits 0, 2, 4, black in 1, 3, 5; two rows are left for the second band.
    expect(text).toBe(`${ESC}P0;1;0q"1;1;5;8#0;2;0;0;0#1;2;100;100;100#1!5T$#0!5i-#1!5@$#0!5A-${ESC}\\\n`);
    const wide = await terminalRenderer({ graphics: 'sixel', columns: 50, cellWidth: 8 }).render(scene());
    expect(wide).toContain('"1;1;400;350');
  });

  it("sends a figure of many chunks in kitty's protocol: pngRenderer's pixels", async () => {
    const text = await terminalRenderer({ graphics: 'kitty', columns: 80 }).render(scene());
    expect(text.split('\u001b_G').length).toBeGreaterThan(3);
    const shown = readKitty(text);
    const expected = decode(await pngRenderer.render(scene()));
    expect([shown.width, shown.height]).toEqual([800, 700]);
    expect(Buffer.compare(shown.data, expected.data)).toBe(0);
  });

  /** A sixel's colours are whole percents of each channel. */
  const percent = (value: number) => Math.round((Math.round((value * 100) / 255) * 255) / 100);

  const distinct = ({ buffer, byteOffset, length }: Uint8Array | Uint8ClampedArray) =>
    new Set(new Uint32Array(buffer, byteOffset, length / 4)).size;

  it('writes maps in sixels, all 256 colours of a map exact to the percent that sixels have', async () => {
    const ramp = { width: 64, height: 50, data: Float32Array.from({ length: 64 * 50 }, (_, i) => (i * 37) % 3200) };
    for (const colormap of [viridis, turbo, tab20]) {
      const image = colorize(ramp, { colormap });
      const shown = readSixels(await terminalRenderer({ graphics: 'sixel' }).render(image));
      expect(shown).toMatchObject({ width: 64, height: 50, colors: distinct(image.data) });
      expect(shown.data).toEqual(Uint8Array.from(image.data, percent));
    }
  });

  it('leaves transparent pixels unpainted', async () => {
    const data = Float32Array.from({ length: 21 }, (_, i) => (i % 4 === 1 ? Number.NaN : i));
    const image = colorize({ width: 3, height: 7, data }, { norm: normalize({ vmin: 0, vmax: 20 }) });
    const shown = readSixels(await terminalRenderer({ graphics: 'sixel' }).render(image));
    for (let i = 0; i < 21; i++) expect(shown.data[i * 4 + 3], `pixel ${i}`).toBe(i % 4 === 1 ? 0 : 255);
    expect(shown.data).toEqual(Uint8Array.from(image.data, percent));
  });

  it('keeps nearly all pixels of a figure that has more than 256 colours, and the others to a few levels', async () => {
    const one = mapFigure(map(148, 148), { title: 'conv2d_1' });
    const expected = decode(await pngRenderer.render(one));
    expect(distinct(expected.data)).toBeGreaterThan(256);
    const shown = readSixels(await terminalRenderer({ graphics: 'sixel', columns: 60, cellWidth: 8 }).render(one));
    expect([shown.width, shown.height]).toEqual([expected.width, expected.height]);
    let [worst, exact] = [0, 0];
    for (let i = 0; i < shown.data.length; i++) {
      worst = Math.max(worst, Math.abs(shown.data[i]! - expected.data[i]!));
      if (shown.data[i] === percent(expected.data[i]!)) exact++;
    }
    // Three bits of each channel are shared at most.
    expect(worst).toBeLessThanOrEqual(8);
    expect(exact / shown.data.length).toBeGreaterThan(0.9);
  });

  it('gathers the colours of a picture that has thousands', async () => {
    const data = Uint8ClampedArray.from({ length: 100 * 100 * 4 }, (_, i) => {
      const [x, y] = [(i >> 2) % 100, Math.floor(i / 400)];
      return [2.5 * x, 2.5 * y, 255 - x - y, 255][i % 4]!;
    });
    const shown = readSixels(await terminalRenderer({ graphics: 'sixel' }).render({ width: 100, height: 100, data }));
    expect(shown.colors).toBeLessThanOrEqual(256);
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += Math.abs(data[i]! - shown.data[i]!);
    expect(sum / data.length).toBeLessThan(6);
  });

  it('leaves a gap between the pictures of a grid, at every width', async () => {
    const maps = Array.from({ length: 8 }, () => map(20, 20));
    for (const columns of [40, 54, 72, 80, 110, 173]) {
      const lines = screen(await terminalRenderer({ columns }).render(featureGrid(maps, { columns: 4, figsize: [12, 6], ticks: 'none' })));
      const empty = (x: number) => lines.every((cells) => cells[x] === undefined || (cells[x]!.character === ' ' && cells[x]!.back === ''));
      const runs = Array.from({ length: columns }, (_, x) => (empty(x) ? ' ' : '#'))
        .join('')
        .match(/#+/g);
      expect(runs?.length, `${columns} columns`).toBe(4);
    }
  });

  it('tells terminals apart by their environment', () => {
    expect(terminalGraphics({})).toBe('blocks');
    expect(terminalGraphics({ TERM: 'xterm-kitty' })).toBe('kitty');
    expect(terminalGraphics({ TERM: 'xterm-kitty', TMUX: '/tmp/tmux' })).toBe('blocks');
    expect(terminalGraphics({ TERM_PROGRAM: 'ghostty' })).toBe('kitty');
    expect(terminalGraphics({ KONSOLE_VERSION: '220401' })).toBe('kitty');
    expect(terminalGraphics({ TERM_PROGRAM: 'iTerm.app' })).toBe('iterm');
    expect(terminalGraphics({ TERM_PROGRAM: 'WezTerm' })).toBe('iterm');
    expect(terminalGraphics({ TERM: 'foot' })).toBe('sixel');
    expect(terminalGraphics({ TERM: 'xterm-256color' })).toBe('blocks');
    expect(terminalColors({})).toBe('truecolor');
    expect(terminalColors({ TERM_PROGRAM: 'Apple_Terminal' })).toBe('256');
    expect(terminalColors({ TERM: 'screen-256color', COLORTERM: 'truecolor' })).toBe('truecolor');
  });

  it('refuses columns that are none', async () => {
    await expect(terminalRenderer({ columns: 0 }).render(scene())).rejects.toMatchObject({
      code: 'shape',
      message: 'columns is 0; it must be a whole number of characters. process.stdout.columns is undefined where output goes to a file.',
    });
  });

  it('draws very small figures without falling over', async () => {
    const one = figure({ axes: [imageAxes({ map: map(9, 9), title: 'a long title that does not fit' })] });
    expect(await terminalRenderer({ columns: 3 }).render(one)).toBeTypeOf('string');
  });
});
