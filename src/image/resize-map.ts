import { check, describe } from '../check';
import { checkMap } from '../colormap/colorize';
import type { ScalarMap } from '../colormap/types';
import { checkSize } from './check';
import { FILTERS } from './filters';
import { checkInterpolation } from './resize';
import { stretchWide } from './stretch';
import type { Interpolation } from './types';

/**
 * A map of numbers stretched to `[height, width]`; the values of Pillow 13's `Image.resize` on mode 'F'. The source is not changed.
 *
 * @param interpolation Default 'bilinear'. Values stay within the map's limits with it, and with 'box' and 'hamming'.
 *
 * Throws `shape` for a size below 1, an unknown interpolation, and a map without pixels or enough data.
 */
export function resizeMap(
  map: ScalarMap,
  size: readonly [height: number, width: number],
  interpolation: Exclude<Interpolation, 'nearest'> = 'bilinear',
): ScalarMap {
  checkMap(map);
  checkInterpolation(interpolation);
  check(
    interpolation in FILTERS,
    'shape',
    () => `A map is not resized with interpolation ${describe(interpolation)}; use one that mixes values.`,
  );
  const [height, width] = size;
  checkSize(width, height, 4, 'the resized map');
  const data = map.data.subarray(0, map.width * map.height);
  if (width === map.width && height === map.height) return { width, height, data: data.slice() };
  return { width, height, data: stretchWide(data, map, FILTERS[interpolation], width, height, [0, 0, map.width, map.height]) };
}
