/** The pixels of a sixel picture, RGBA; those that nothing painted are transparent. */
export interface SixelPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  readonly colors: number;
}

/**
 * Reads a picture in sixels (DEC, VT330/VT340 Programmer Reference Manual, volume 2, chapter 14), and throws at everything that terminals
 * take in different ways: registers beyond 255 or used before they are defined, pixels outside the size that was announced or painted
 * twice, counts of none, control sequences of any other form.
 */
export function readSixels(text: string): SixelPicture {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes begin with one
  const frame = /^\u001bP0;1;0q"1;1;(\d+);(\d+)([^\u001b]*)\u001b\\\n$/.exec(text);
  if (!frame) throw new Error('not one device control string of sixels with square pixels, and a line feed');
  const [width, height] = [Number(frame[1]), Number(frame[2])];
  const body = frame[3]!;
  const data = new Uint8Array(width * height * 4);
  const registers = new Map<number, readonly number[]>();
  let [color, x, top, at]: [readonly number[] | undefined, number, number, number] = [undefined, 0, 0, 0];
  const paint = (bits: number) => {
    for (let bit = 0; bit < 6; bit++) {
      if (((bits >> bit) & 1) === 0) continue;
      const y = top + bit;
      if (x >= width || y >= height) throw new Error(`pixel ${x}, ${y} is outside ${width} x ${height}`);
      if (color === undefined) throw new Error('no colour was chosen');
      const place = (y * width + x) * 4;
      if (data[place + 3] !== 0) throw new Error(`pixel ${x}, ${y} is painted twice`);
      data.set([...color, 255], place);
    }
    x++;
  };
  while (at < body.length) {
    const token = /^(?:#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|(\$)|(-))/.exec(body.slice(at, at + 40));
    if (!token) throw new Error(`no sixel command: ${body.slice(at, at + 20)}`);
    at += token[0].length;
    const [, register, red, green, blue, count, repeated, single, back, next] = token;
    if (register !== undefined) {
      if (Number(register) > 255) throw new Error(`register ${register}`);
      if (red !== undefined) {
        const percents = [red, green, blue].map(Number);
        if (percents.some((value) => value > 100)) throw new Error(`colour ${percents}`);
        registers.set(
          Number(register),
          percents.map((value) => Math.round((value * 255) / 100)),
        );
      }
      color = registers.get(Number(register));
      if (color === undefined) throw new Error(`register ${register} is not defined`);
    } else if (repeated !== undefined) {
      if (Number(count) === 0) throw new Error('repeated 0 times');
      for (let k = 0; k < Number(count); k++) paint(repeated.charCodeAt(0) - 63);
    } else if (single !== undefined) paint(single.charCodeAt(0) - 63);
    else if (back !== undefined) x = 0;
    else if (next !== undefined) [x, top] = [0, top + 6];
  }
  return { width, height, data, colors: registers.size };
}
