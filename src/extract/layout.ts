import { check } from '../check';
import type { Activation } from './activations';

/** How feature maps lie in an activation's numbers. */
export interface MapLayout {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Distance in numbers between neighbours along each axis. */
  readonly strides: { readonly batch: number; readonly row: number; readonly column: number; readonly channel: number };
}

/**
 * Tells rows, columns and channels apart: `[batch, height, width, channels]`, or channels second for a layer of data format
 * 'channels_first'. `[batch, steps, channels]` is one row of maps; `[batch, units]` maps of one pixel.
 *
 * @throws `shape` for other ranks.
 */
export function mapLayout({ shape, layer }: Activation): MapLayout {
  check(
    shape.length >= 2 && shape.length <= 4,
    'shape',
    () =>
      `The activation of '${layer.path}' has shape [${shape.join(', ')}]; feature maps can be cut from [batch, height, width, channels].`,
    { layer: layer.path, shape },
  );
  const first = layer.dataFormat === 'channels_first' && shape.length > 2;
  const [batch = 1, ...inner] = shape;
  const channels = first ? inner[0]! : inner.at(-1)!;
  const sizes = first ? inner.slice(1) : inner.slice(0, -1);
  const [height = 1, width = 1] = sizes.length === 2 ? sizes : [1, ...sizes];
  const pixels = height * width;
  const strides = first
    ? { batch: channels * pixels, row: width, column: 1, channel: pixels }
    : { batch: channels * pixels, row: width * channels, column: channels, channel: 1 };
  return { batch, height, width, channels, strides };
}
