import { check, describe } from '../check';
import { LETTERS, NAMED } from './names.generated';

/**
 * One colour: matplotlib's names ('red', 'tab:blue', 'k', 'none'; CSS's among them), '#rgb', '#rgba', '#rrggbb', '#rrggbbaa', a grey as
 * '0' to '1', 3 or 4 numbers 0..1 (bytes 0..255 if any of them is above 1), or 3 or 4 bytes as a Uint8Array. Left out, alpha is opaque.
 */
export type ColorLike = string | readonly number[] | Uint8Array | Uint8ClampedArray;

let named: Map<string, string> | undefined;

/**
 * Red, green, blue, alpha as matplotlib's `to_rgba` gives them: doubles 0..1.
 *
 * @param bytes Whether plain numbers are bytes. Default: if one of them is above 1.
 *
 * Throws `shape` for anything that is no colour.
 */
export function parseColor(color: ColorLike, bytes?: boolean): number[] {
  const parts = typeof color === 'string' ? fromText(color) : fromNumbers(color, bytes);
  check(
    parts !== undefined,
    'shape',
    () => `${describe(color)} is no colour; give a name ('red'), '#rrggbb', or 3 or 4 numbers between 0 and 1 (or bytes).`,
    { color },
  );
  return parts.length === 3 ? [...parts, 1] : parts;
}

/** The bytes of a colour, cut down as matplotlib cuts them. */
export function colorBytes(color: ColorLike, bytes?: boolean): [number, number, number, number] {
  return parseColor(color, bytes).map((part) => Math.trunc(part * 255)) as [number, number, number, number];
}

/** Whether plain numbers in a list of colours are bytes: one of them is above 1. */
export function hasBytes(colors: Iterable<ColorLike>): boolean {
  for (const color of colors) if (Array.isArray(color) && color.some((part) => part > 1)) return true;
  return false;
}

function fromNumbers(color: Exclude<ColorLike, string>, bytes?: boolean): number[] | undefined {
  const parts = Array.from(color ?? []);
  const scale = ArrayBuffer.isView(color) || (bytes ?? parts.some((part) => part > 1)) ? 255 : 1;
  if ((parts.length !== 3 && parts.length !== 4) || !parts.every((part) => part >= 0 && part <= scale)) return undefined;
  return parts.map((part) => part / scale);
}

function fromText(text: string): number[] | undefined {
  const word = text.trim().toLowerCase();
  if (word === 'none') return [0, 0, 0, 0];
  if (/^(#[0-9a-f]{3}|#[0-9a-f]{4})$/.test(word)) return Array.from(word.slice(1), (digit) => Number.parseInt(digit, 16) / 15);
  if (/^(#[0-9a-f]{6}|#[0-9a-f]{8})$/.test(word)) return word.match(/[0-9a-f]{2}/g)!.map((digits) => Number.parseInt(digits, 16) / 255);
  if (Object.hasOwn(LETTERS, word)) return [...LETTERS[word]!];
  if (/^[0-9.]+$/.test(word) && Number(word) <= 1) return Array(3).fill(Number(word));
  named ??= new Map(NAMED.split(' ').map((entry) => [entry.slice(0, -7), entry.slice(-7)]));
  const hex = named.get(word);
  return hex === undefined ? undefined : fromText(hex);
}
