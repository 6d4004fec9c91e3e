import { check, describe } from '../check';

/** Red, green, blue and alpha, 0..255. */
export type Bytes4 = readonly [number, number, number, number];

const names: Record<string, string> = {
  white: '#ffffff',
  black: '#000000',
  gray: '#808080',
  grey: '#808080',
  silver: '#c0c0c0',
  red: '#ff0000',
  green: '#008000',
  blue: '#0000ff',
  yellow: '#ffff00',
  orange: '#ffa500',
  purple: '#800080',
  navy: '#000080',
  teal: '#008080',
  none: '#00000000',
  transparent: '#00000000',
};

/**
 * The bytes of a CSS colour: #rgb, #rgba, #rrggbb, #rrggbbaa, rgb(r, g, b), rgba(r, g, b, a), and the most common names. A browser knows
 * more; this is for where there is none. Throws `shape` for others.
 */
export function parseColor(text: string): Bytes4 {
  const wanted = names[text.trim().toLowerCase()] ?? text.trim().toLowerCase();
  const hex = /^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/.exec(wanted)?.[1];
  if (hex !== undefined) {
    const digits = hex.length < 6 ? [...hex].map((digit) => digit + digit).join('') : hex;
    const [red, green, blue, alpha = 255] = (digits.match(/../g) as string[]).map((pair) => Number.parseInt(pair, 16)) as [
      number,
      number,
      number,
      number?,
    ];
    return [red, green, blue, alpha];
  }
  const parts =
    /^rgba?\(([^)]*)\)$/
      .exec(wanted)?.[1]
      ?.split(/[\s,/]+/)
      .filter(Boolean) ?? [];
  const [red, green, blue, alpha = 1] = parts.map((part) => (part.endsWith('%') ? Number(part.slice(0, -1)) / 100 : Number(part)));
  const values = [red, green, blue, alpha === undefined ? 255 : alpha * 255].map((value) =>
    Math.min(255, Math.max(0, Math.round(value ?? Number.NaN))),
  );
  check(
    (parts.length === 3 || parts.length === 4) && values.every(Number.isFinite),
    'shape',
    () => `${describe(text)} is no colour that can be drawn without a browser. Write it as #rrggbb or rgb(r, g, b).`,
  );
  return values as unknown as Bytes4;
}
