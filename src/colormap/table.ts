import type { Colormap } from './types';

const FIRST = 40;
const ESCAPE = 51;

/** For tables whose reversed map, in matplotlib, is not quite the table read backwards: how to make that one. */
export const flips = /* @__PURE__ */ new WeakMap<Uint8Array, () => Uint8Array>();

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
        const decoded = decode(rows, colours);
        if (odd !== undefined) flips.set(decoded, () => correct(flipped(decoded), odd));
        table = decoded;
      }
      return table;
    },
  };
}

/** The rows of a table from last to first. */
export function flipped(table: Uint8Array): Uint8Array {
  const flip = new Uint8Array(table.length);
  for (let start = 0; start < table.length; start += 4) flip.set(table.subarray(start, start + 4), table.length - 4 - start);
  return flip;
}

/** Puts right the bytes of a flipped table that differ by one in matplotlib's. Writes into `table`. */
function correct(table: Uint8Array, odd: string): Uint8Array {
  const rows = table.length / 4;
  let place = 0;
  for (const step of codes(odd, 0)) {
    place += step >> 1;
    const channel = Math.floor(place / rows);
    // A step of 50 only moves on.
    if (step < 50) table[(rows - 1 - (place - channel * rows)) * 4 + channel]! += step & 1 ? 1 : -1;
  }
  return table;
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
