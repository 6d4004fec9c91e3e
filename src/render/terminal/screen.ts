import type { Bytes4 } from '../color';
import { cellsOf } from './cells';
import type { TerminalColors } from './detect';

const CSI = '\u001b[';

/**
 * A sheet of character cells. Pictures are painted in half blocks: a cell holds two pixels, one above the other, which are about square.
 * Text takes whole cells. What nobody painted stays the terminal's own background.
 */
export class Screen {
  /** In pixels: as many as columns, and twice as many as rows. */
  readonly width: number;
  readonly height: number;
  readonly #pixels: Int32Array;
  readonly #texts: (string | undefined)[];

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height + (height % 2);
    this.#pixels = new Int32Array(this.width * this.height).fill(-1);
    this.#texts = new Array((this.width * this.height) / 2).fill(undefined);
  }

  /** Paints one pixel; outside the sheet nothing happens. Half transparent and more counts as transparent. */
  paint(x: number, y: number, [red, green, blue, alpha]: Bytes4): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height || alpha < 128) return;
    this.#pixels[y * this.width + x] = (red << 16) | (green << 8) | blue;
  }

  /** Whether a picture is painted in any of `length` cells. */
  hasPicture(column: number, row: number, length: number): boolean {
    for (let x = Math.max(0, column); x < Math.min(this.width, column + length); x++) {
      if (this.#at(x, 2 * row) >= 0 || this.#at(x, 2 * row + 1) >= 0) return true;
    }
    return false;
  }

  /** Writes a text from a cell on, one character a cell (two for a wide one); not where it would touch another text, or does not fit. */
  write(column: number, row: number, text: string): void {
    const characters = cellsOf(text);
    const first = row * this.width + column;
    if (row < 0 || row >= this.height / 2 || column < 0 || column + characters.length > this.width) return;
    for (let i = -1; i <= characters.length; i++) {
      const inRow = column + i >= 0 && column + i < this.width;
      if (inRow && this.#texts[first + i] !== undefined) return;
    }
    characters.forEach((character, i) => {
      this.#texts[first + i] = character;
    });
  }

  #at(x: number, y: number): number {
    return this.#pixels[y * this.width + x]!;
  }

  /** The sheet as lines with colour codes, empty rows above and below cut off. */
  toString(colors: TerminalColors): string {
    const lines: string[] = [];
    for (let row = 0; row < this.height / 2; row++) lines.push(this.#line(row, colors));
    while (lines.length > 0 && lines[lines.length - 1] === '') lines.pop();
    while (lines.length > 0 && lines[0] === '') lines.shift();
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }

  #line(row: number, colors: TerminalColors): string {
    let line = '';
    let style = '';
    const put = (text: string, wanted: string) => {
      if (wanted !== style) line += wanted === '' ? `${CSI}0m` : `${CSI}0;${wanted}m`;
      style = wanted;
      line += text;
    };
    for (let x = 0; x < this.width; x++) {
      const text = this.#texts[row * this.width + x];
      const above = this.#at(x, 2 * row);
      const below = this.#at(x, 2 * row + 1);
      if (text !== undefined) put(text, above >= 0 ? `${ink(above)};${code(48, above, colors)}` : '');
      else if (above < 0 && below < 0) put(' ', '');
      else if (below < 0) put('▀', code(38, above, colors));
      else if (above < 0) put('▄', code(38, below, colors));
      else if (above === below) put(' ', code(48, above, colors));
      else put('▀', `${code(38, above, colors)};${code(48, below, colors)}`);
    }
    if (style !== '') line += `${CSI}0m`;
    return line.replace(/ +$/, '');
  }
}

/** Black or white letters, whichever shows. */
function ink(color: number): string {
  const [red, green, blue] = [color >> 16, (color >> 8) & 255, color & 255];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 128 ? '30' : '97';
}

function code(ground: 38 | 48, color: number, colors: TerminalColors): string {
  const [red, green, blue] = [color >> 16, (color >> 8) & 255, color & 255];
  return colors === 'truecolor' ? `${ground};2;${red};${green};${blue}` : `${ground};5;${indexed(red, green, blue)}`;
}

/** The nearest of xterm's 6 x 6 x 6 cube (levels 0, 95, 135, 175, 215, 255) and its 24 greys. */
function indexed(red: number, green: number, blue: number): number {
  const level = (value: number) => (value < 48 ? 0 : value < 115 ? 1 : Math.min(5, Math.floor((value - 35) / 40)));
  const value = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  const steps = [level(red), level(green), level(blue)] as const;
  const distance = (r: number, g: number, b: number) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
  const grey = Math.min(23, Math.max(0, Math.round(((red + green + blue) / 3 - 8) / 10)));
  const tone = 8 + 10 * grey;
  return distance(tone, tone, tone) < distance(value(steps[0]), value(steps[1]), value(steps[2]))
    ? 232 + grey
    : 16 + 36 * steps[0] + 6 * steps[1] + steps[2];
}
