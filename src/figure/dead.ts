import { type Mark, placeText } from './marks';
import { picturePixels } from './picture';
import type { Sheet } from './sheet';
import type { Box, Picture } from './types';

const label = 'dead';

/** The word 'dead' in the middle of a picture, or its diagonals where the word has no room, in a tone that shows on its colour. */
export function deadMarks(image: Picture | undefined, box: Box, sheet: Sheet): Mark[] {
  const color = contrasting(image);
  const { width, ascent, descent } = sheet.measure(label, sheet.fontSize);
  const center = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  if (width * 1.2 <= box.width && ascent + descent <= box.height) {
    return [placeText('dead', label, { ...center, vertical: 'center-baseline', size: sheet.fontSize, color }, sheet.measure)];
  }
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  const line = (from: readonly [number, number], to: readonly [number, number]): Mark => ({
    kind: 'line',
    role: 'dead',
    points: [from, to],
    width: 0.8 * sheet.scale,
    color,
    clip: box,
  });
  return [line([box.x, box.y], [right, bottom]), line([box.x, bottom], [right, box.y])];
}

/** The first pixel's colour, three quarters of the way to white or to black. */
function contrasting(image: Picture | undefined): string {
  if (image === undefined) return '#808080';
  const [red = 0, green = 0, blue = 0, alpha = 0] = picturePixels(image);
  const over = [red, green, blue].map((value) => (value * alpha + 255 * (255 - alpha)) / 255);
  const luminance = 0.2126 * over[0]! + 0.7152 * over[1]! + 0.0722 * over[2]!;
  const target = luminance > 128 ? 0 : 255;
  return `#${over
    .map((value) =>
      Math.round(value + (target - value) * 0.75)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}
