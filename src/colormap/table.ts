import type { Colormap } from './types';

const FIRST = 40;
const ESCAPE = 51;

/**
 * For tables whose reversed map, in matplotlib, is not quite the table read backwards: how to make that one, or a packed map's note of
 * the bytes that differ.
 */
export const flips = /* @__PURE__ */ new WeakMap<Uint8Array, string | (() => Uint8Array)>();

/**
 * A colormap from the text that scripts/colormap/generate.py writes (its head says how). Nothing is decoded before `table` is first
 * read.
 */
export function packed(name: string, rows: number, text: string): Colormap {
  let table: Uint8Array | undefined;
  return {
    name,
    rows,
    get table() {
      if (table === undefined) {
        const [colours, odd] = text.split(' ') as [string, string?];
        table = decode(rows, colours);
        if (odd) flips.set(table, odd);
      }
      return table;
    },
  };
}

function decode(rows: number, text: string): Uint8Array {
  const bend = text[0] === '!';
  const lag = bend ? 1 : text.charCodeAt(0) - FIRST;
  const table = new Uint8Array(rows * 4).fill(255);
  const values = codes(text.slice(1));
  for (let channel = 0; channel < 3; channel++) {
    for (let row = 0, slope = 0; row < rows; row++) {
      const code = values[channel * rows + row]!;
      const step = code & 1 ? -(code + 1) / 2 : code / 2;
      slope = bend ? slope + step : step;
      table[row * 4 + channel] = slope + (table[(row - lag) * 4 + channel] ?? 0);
    }
  }
  return table;
}

/** The numbers that characters stand for. */
export function codes(text: string): number[] {
  const values: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) - FIRST;
    values.push(code < ESCAPE ? code : (text.charCodeAt(++i) - FIRST) * 16 + text.charCodeAt(++i) - FIRST);
  }
  return values;
}
