import { type Box, type ImageMark, picturePixels } from '../../figure';
import { toRGBA } from '../../image/convert';
import { resize } from '../../image/resize';
import type { RGBAImage } from '../../image/types';
import { drawScaled } from './scale';

/**
 * Draws a mark's picture on `canvas`, whose top left is at `origin` of the figure: nearest pixels, or Pillow's bilinear resampling for
 * 'smooth'. A mark without a picture draws nothing.
 */
export function drawPicture(canvas: RGBAImage, { image, box, frame, interpolation }: ImageMark, origin = { x: 0, y: 0 }): void {
  if (image === undefined) return;
  const { width, height } = image;
  const picture = { width, height, data: picturePixels(image) };
  const move = (from: Box): Box => ({ ...from, x: from.x - origin.x, y: from.y - origin.y });
  if (interpolation === 'smooth' && (width !== box.width || height !== box.height)) {
    drawScaled(canvas, toRGBA(resize(picture, [box.height, box.width], { interpolation: 'bilinear' })), move(box));
  } else drawScaled(canvas, picture, move(box), move(frame));
}
