/** ContrastLimitedAdaptiveHistogramEqualization: `keras/src/layers/preprocessing/image_preprocessing/clahe.py` (Pizer 1987, Zuiderveld 1994). */

import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { dataFormatOf, numberOf, numbersOf, require } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { mirrorPad, where } from './manyAxes';
import { fromBytes, toBytes } from './Preprocessing';
import { fromChannelsLast, toChannelsLast } from './spatial';
import type { LayerSpec } from './spec';

const LEVELS = 256;
/** That are held in memory at a time. */
const MOST_COMPARISONS = 2 ** 22;

/** One axis of a picture, cut into `tiles` of `size` pixels: the last one may reach past the edge. */
interface Axis {
  readonly length: number;
  readonly tiles: number;
  readonly size: number;
}

/** Each pixel's level becomes its rank among those of its tile, mixed with the ranks that the three nearest other tiles would give it. */
export function adaptiveEqualization(spec: LayerSpec): LayerDefinition {
  const format = dataFormatOf(spec);
  const [low, high] = (numbersOf(spec, 'value_range') ?? [0, 255]) as [number, number];
  const limit = numberOf(spec, 'clip_limit', 4);
  const [down, across] = (numbersOf(spec, 'tile_grid_size') ?? [8, 8]) as [number, number];
  const scaled = low !== 0 || high !== 255;
  return {
    outputShapes([shape]) {
      require(shape!.length === 4, spec, () => `takes pictures in batches and is given ${shape!.length} axes`);
      return [shape!];
    },
    outputTypes: ([type]) => [type!],
    compute([input]) {
      const x = toChannelsLast(asFloat(input!), format);
      const bytes = scaled ? toBytes(x, low, high) : x;
      const rows = axisOf(x.shape[1]!, down);
      const columns = axisOf(x.shape[2]!, across);
      const whole = mirrorPad(bytes, [[0, 0], beyond(rows), beyond(columns), [0, 0]], 'symmetric');
      const levels = tf.floor(tf.clipByValue(whole, 0, LEVELS - 1));
      const ranks = mixed(levels, ranksOf(levels, rows, columns, limit), rows, columns);
      const inside = tf.slice(ranks, [0, 0, 0, 0], [-1, rows.length, columns.length, -1]);
      const out = scaled ? fromBytes(inside, low, high) : inside;
      return fromChannelsLast(tf.cast(out, input!.dtype), format);
    },
  };
}

function axisOf(length: number, tiles: number): Axis {
  return { length, tiles, size: Math.ceil(length / tiles) };
}

/** Pixels that the last tile reaches past the edge. */
const beyond = ({ length, tiles, size }: Axis): [number, number] => [0, tiles * size - length];

/** How often each level occurs in each row: tile by tile, for its comparisons are many. (tfjs' WebGPU backend miscounts in `denseBincount`.) */
function countsOf(lists: Tensor2D): Tensor {
  const [count, pixels] = lists.shape;
  const atOnce = Math.max(1, Math.floor(MOST_COMPARISONS / (pixels * LEVELS)));
  const parts: Tensor[] = [];
  for (let first = 0; first < count; first += atOnce) {
    const some = tf.slice(lists, [first, 0], [Math.min(atOnce, count - first), pixels]);
    parts.push(tf.tidy(() => tf.sum(asFloat(tf.equal(tf.expandDims(some, 2), tf.range(0, LEVELS))), 1)));
  }
  return tf.concat(parts);
}

/** Of each tile and channel, what each level becomes: [batch, tiles down, tiles across, channels, LEVELS]. */
function ranksOf(levels: Tensor, rows: Axis, columns: Axis, limit: number): Tensor {
  const [batch, , , channels] = levels.shape as [number, number, number, number];
  const pixels = rows.size * columns.size;
  const tiled = tf.transpose(tf.reshape(levels, [batch, rows.tiles, rows.size, columns.tiles, columns.size, channels]), [0, 1, 3, 5, 2, 4]);
  const lists = tf.reshape(tiled, [batch * rows.tiles * columns.tiles * channels, pixels]) as Tensor2D;
  let counts = countsOf(lists);
  if (limit > 0) {
    const cut = tf.minimum(counts, (limit * pixels) / LEVELS);
    counts = tf.add(cut, tf.div(tf.sum(tf.sub(counts, cut), -1, true), LEVELS));
  }
  const running = tf.cumsum(counts, 1);
  const least = tf.min(running, -1, true);
  const rest = tf.sub(pixels, least);
  const span = where(tf.equal(rest, 0), tf.onesLike(rest), rest);
  const ranks = tf.clipByValue(tf.div(tf.mul(tf.sub(running, least), 255), span), 0, 255);
  return tf.reshape(ranks, [batch, rows.tiles, columns.tiles, channels, LEVELS]);
}

/** Between which two tiles a pixel lies (beyond the outermost ones, between those and themselves), and how far towards the second. */
function places({ tiles, size }: Axis): { first: number; second: number; weight: number }[] {
  const f = Math.fround;
  return Array.from({ length: tiles * size }, (_, i) => {
    // One tile on, as in Keras, whose table has the copies: the float32 rounds there.
    const at = f(f(f(i - size / 2) / size) + 1);
    const before = Math.floor(at);
    const tile = (n: number) => Math.min(Math.max(n, 0), tiles - 1);
    return { first: tile(before - 1), second: tile(before), weight: f(at - before) };
  });
}

function mixed(levels: Tensor, ranks: Tensor, rows: Axis, columns: Axis): Tensor {
  const [batch, height, width, channels] = levels.shape as [number, number, number, number];
  const tables = tf.unstack(tf.reshape(ranks, [batch, rows.tiles * columns.tiles * channels * LEVELS]));
  const down = places(rows);
  const across = places(columns);
  /** What the tiles at one corner give each pixel. */
  const corner = (vertical: 'first' | 'second', horizontal: 'first' | 'second'): Tensor => {
    const starts = new Float32Array(height * width * channels);
    let i = 0;
    for (const y of down) {
      for (const x of across) {
        const tile = y[vertical] * columns.tiles + x[horizontal];
        for (let channel = 0; channel < channels; channel++) starts[i++] = (tile * channels + channel) * LEVELS;
      }
    }
    const at = tf.unstack(tf.cast(tf.add(levels, tf.tensor4d(starts, [1, height, width, channels])), 'int32'));
    // Picture by picture: with batches, tfjs' wasm backend gathers from the wrong places.
    return tf.stack(tables.map((table, i) => tf.gather(table, at[i]!)));
  };
  const mix = (a: Tensor, b: Tensor, weight: Tensor) => tf.add(tf.mul(a, tf.sub(1, weight)), tf.mul(b, weight));
  const right = tf.tensor4d(
    across.map(({ weight }) => weight),
    [1, 1, width, 1],
  );
  const below = tf.tensor4d(
    down.map(({ weight }) => weight),
    [1, height, 1, 1],
  );
  const top = mix(corner('first', 'first'), corner('first', 'second'), right);
  const bottom = mix(corner('second', 'first'), corner('second', 'second'), right);
  return mix(top, bottom, below);
}
