import type { Colormap } from './types';

const FIRST = 40;
const ESCAPE = 51;

/** Where matplotlib's own reversed map is not the table read backwards, by table. */
const oddities = /* @__PURE__ */ new WeakMap<Uint8Array, string>();

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
        if (odd !== undefined) oddities.set(table, odd);
      }
      return table;
    },
  };
}

/** The table from its last row to its first, as matplotlib's `_r` maps have it: some differ by one here and there from a plain flip. */
export function backwards(table: Uint8Array): Uint8Array {
  const rows = table.length / 4;
  const flipped = new Uint8Array(table.length);
  for (let row = 0; row < rows; row++) flipped.set(table.subarray(row * 4, row * 4 + 4), (rows - 1 - row) * 4);
  let place = 0;
  for (const step of codes(oddities.get(table) ?? '', 0)) {
    place += step >> 1;
    const channel = Math.floor(place / rows);
    // A step of 50 only moves on.
    if (step < 50) flipped[(rows - 1 - (place - channel * rows)) * 4 + channel]! += step & 1 ? 1 : -1;
  }
  return flipped;
}

function decode(rows: number, text: string): Uint8Array {
  const order = Number(text[0]);
  const table = new Uint8Array(rows * 4).fill(255);
  const values = codes(text, 1);
  for (let channel = 0; channel < 3; channel++) {
    let value = 0;
    let slope = 0;
    for (let row = 0; row < rows; row++) {
      const code = values[channel * rows + row]!;
      const step = code & 1 ? -(code + 1) / 2 : code / 2;
      slope = order === 2 ? slope + step : step;
      value = order === 0 ? slope : value + slope;
      table[row * 4 + channel] = value;
    }
  }
  return table;
}

/** The numbers that characters from `start` on stand for. */
function codes(text: string, start: number): number[] {
  const values: number[] = [];
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i) - FIRST;
    if (code < ESCAPE) values.push(code);
    else values.push((text.charCodeAt(++i) - FIRST) * 16 + text.charCodeAt(++i) - FIRST);
  }
  return values;
}
