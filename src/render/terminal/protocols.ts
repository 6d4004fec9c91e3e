import { toBase64 } from '../../figure/base64';
import type { RGBAImage } from '../../image/types';

const ESC = '\u001b';
/** kitty takes at most 4096 bytes of base64 in one command. */
const chunk = 4096;

/** A PNG file for kitty's graphics protocol (kitty, Ghostty, Konsole), `columns` cells wide. */
export function kittyPicture(png: Uint8Array, columns: number): string {
  const data = toBase64(png);
  const commands: string[] = [];
  for (let at = 0; at < data.length; at += chunk) {
    const more = at + chunk < data.length ? 1 : 0;
    const keys = at === 0 ? `a=T,f=100,q=2,c=${columns},m=${more}` : `m=${more}`;
    commands.push(`${ESC}_G${keys};${data.slice(at, at + chunk)}${ESC}\\`);
  }
  return `${commands.join('')}\n`;
}

/** A PNG file for iTerm2's inline images (iTerm2, WezTerm, mintty), `columns` cells wide. */
export function itermPicture(png: Uint8Array, columns: number): string {
  return `${ESC}]1337;File=inline=1;size=${png.length};width=${columns};preserveAspectRatio=1:${toBase64(png)}\u0007\n`;
}

/** A picture as sixels (DEC's VT340 manual, chapter 14): up to 256 colours, six rows a band. Transparent pixels stay unpainted. */
export function sixelPicture(image: RGBAImage): string {
  const { width, height } = image;
  const { indices, colors } = quantize(image);
  const out = [`${ESC}P0;1;0q"1;1;${width};${height}`];
  const percent = (value: number) => Math.round((value * 100) / 255);
  colors.forEach(([red, green, blue], i) => {
    out.push(`#${i};2;${percent(red)};${percent(green)};${percent(blue)}`);
  });
  for (let top = 0; top < height; top += 6) {
    const rows = Math.min(6, height - top);
    // For each colour of the band, which of the six pixels of a column have it.
    const bands = new Map<number, Uint8Array>();
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < width; x++) {
        const color = indices[(top + y) * width + x]!;
        if (color < 0) continue;
        const bits = bands.get(color) ?? new Uint8Array(width);
        bits[x]! |= 1 << y;
        bands.set(color, bits);
      }
    }
    const lines = [...bands].map(([color, bits]) => `#${color}${runs(bits)}`);
    out.push(lines.join('$'), '-');
  }
  out.push(`${ESC}\\\n`);
  return out.join('');
}

/** Sixel characters, repeated ones counted. */
function runs(bits: Uint8Array): string {
  let text = '';
  for (let x = 0; x < bits.length; ) {
    let end = x + 1;
    while (end < bits.length && bits[end] === bits[x]) end++;
    const character = String.fromCharCode(63 + bits[x]!);
    text += end - x > 3 ? `!${end - x}${character}` : character.repeat(end - x);
    x = end;
  }
  return text;
}

/**
 * At most 256 colours: pixels are gathered by the upper four bits of each channel, and the most frequent groups' means are kept; pixels of
 * other groups take the nearest. -1 is transparent.
 */
function quantize({ width, height, data }: RGBAImage): { indices: Int16Array; colors: (readonly [number, number, number])[] } {
  const groupOf = (at: number) => ((data[at]! >> 4) << 8) | ((data[at + 1]! >> 4) << 4) | (data[at + 2]! >> 4);
  const sums = new Float64Array(4096 * 4);
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3]! < 128) continue;
    const group = groupOf(at) * 4;
    for (let k = 0; k < 3; k++) sums[group + k]! += data[at + k]!;
    sums[group + 3]!++;
  }
  const used = Array.from({ length: 4096 }, (_, group) => group).filter((group) => sums[group * 4 + 3]! > 0);
  const mean = (group: number) => [0, 1, 2].map((k) => sums[group * 4 + k]! / sums[group * 4 + 3]!) as [number, number, number];
  const kept = used.sort((a, b) => sums[b * 4 + 3]! - sums[a * 4 + 3]!).slice(0, 256);
  const colors = kept.map(mean);
  const nearest = new Int16Array(4096).fill(-1);
  used.forEach((group) => {
    const wanted = mean(group);
    let best = Number.POSITIVE_INFINITY;
    colors.forEach((color, i) => {
      const distance = color.reduce((sum, value, k) => sum + (value - wanted[k]!) ** 2, 0);
      if (distance < best) {
        best = distance;
        nearest[group] = i;
      }
    });
  });
  const indices = new Int16Array(width * height);
  for (let i = 0; i < indices.length; i++) indices[i] = data[i * 4 + 3]! < 128 ? -1 : nearest[groupOf(i * 4)]!;
  return { indices, colors };
}
