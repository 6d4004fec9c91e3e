import { toBase64 } from '../../figure/base64';
import type { RGBAImage } from '../../image/types';
import { quantize } from './palette';

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
