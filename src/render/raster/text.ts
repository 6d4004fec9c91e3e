import type { TextMark } from '../../figure';
import { measureText } from '../../figure';
import type { Font } from '../font/outlines';
import { cover, type Mask } from './coverage';

/**
 * Heights of DejaVu Sans' letters, in em: descenders, the round letters' overshoot under the baseline, the baseline, the height of 'x' and
 * of 'o', of 'H' and of 'O', of 'l'. Text is sharp when these lie on whole pixels.
 */
const heights = [-0.2363, -0.0142, 0, 0.5469, 0.5601, 0.729, 0.7422, 0.7598] as const;

/** Draws text from a font's outlines. Glyphs are kept by size: a figure has few different ones. */
export class TextPainter {
  readonly #font: Font;
  readonly #glyphs = new Map<string, Mask>();

  constructor(font: Font) {
    this.#font = font;
  }

  /** Calls `paint` with the mask of each glyph and the pixel it is moved by. */
  draw(mark: TextMark, paint: (mask: Mask, dx: number, dy: number) => void): void {
    const { text, size, advance, anchor } = mark;
    const characters = [...text];
    const widths = characters.map((character) => measureText(character, size).width);
    const natural = widths.reduce((sum, width) => sum + width, 0);
    const spare = (advance - natural) / Math.max(1, characters.length);
    const back = { start: 0, middle: advance / 2, end: advance }[anchor];
    const upwards = mark.rotation !== 0;
    let along = Math.round(upwards ? -(mark.y + back) : mark.x - back);
    characters.forEach((character, i) => {
      const mask = this.#glyph(character, size, upwards);
      if (upwards) paint(mask, mark.x, Math.round(-along));
      else paint(mask, Math.round(along), mark.y);
      along += widths[i]! + spare;
    });
  }

  #glyph(character: string, size: number, upwards: boolean): Mask {
    const key = `${character} ${size} ${upwards}`;
    const known = this.#glyphs.get(key);
    if (known !== undefined) return known;
    const font = this.#font;
    const scale = size / font.unitsPerEm;
    const fit = fitHeights(size);
    const outline = font.outline(font.glyph(character.codePointAt(0)!));
    const polygons = outline.map((contour) =>
      contour.map(([x, y]): [number, number] => (upwards ? [-fit(y * scale), -x * scale] : [x * scale, -fit(y * scale)])),
    );
    const mask = cover(polygons);
    this.#glyphs.set(key, mask);
    return mask;
  }
}

/** Moves heights of letters to whole pixels, and what lies between them in proportion. */
function fitHeights(size: number): (y: number) => number {
  const from = heights.map((height) => height * size);
  const base = (i: number) => Math.round(from[i]!);
  const to = [base(0), 0, 0, base(3), base(3), base(5), base(5), Math.max(base(5), base(7))];
  return (y) => {
    if (y <= from[0]!) return y - from[0]! + to[0]!;
    for (let i = 1; i < from.length; i++) {
      if (y <= from[i]!) return to[i - 1]! + ((y - from[i - 1]!) / (from[i]! - from[i - 1]!)) * (to[i]! - to[i - 1]!);
    }
    return y - from[from.length - 1]! + to[to.length - 1]!;
  };
}
