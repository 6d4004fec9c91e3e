/** STFTSpectrogram and MelSpectrogram: `keras/src/layers/preprocessing/{stft,mel}_spectrogram.py`. */

import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { centred, framesTransformed, frameWindow } from '../operations/spectra';
import type { Shape } from '../types';
import { dataFormatOf, flagOf, numberOf, plain, require, wordOf } from './config';
import { asFloat } from './dtypes';
import type { LayerDefinition } from './KerasLayer';
import { transpose } from './manyAxes';
import { range, windowCount } from './spatial';
import type { LayerSpec } from './spec';

const modes = ['log', 'magnitude', 'psd', 'real', 'imag', 'angle', 'stft'] as const;

/** Keras' epsilon, the least power and the least amplitude of logarithms. */
const LEAST = 1e-7;

/**
 * Frames by two kernels, which the file has: a convolution of each channel apart. Channels and frequencies share an axis, unless
 * `expand_dims` gives them one each.
 */
export function stftSpectrogram(spec: LayerSpec): LayerDefinition {
  const mode = wordOf(spec, 'mode', modes, 'log');
  const format = dataFormatOf(spec);
  const padding = wordOf(spec, 'padding', ['valid', 'same'], 'valid');
  const apart = flagOf(spec, 'expand_dims', false);
  const frame = numberOf(spec, 'frame_length', 256);
  const step = numberOf(spec, 'frame_step', Math.floor(frame / 2));
  const bins = Math.floor(numberOf(spec, 'fft_length', 2 ** Math.ceil(Math.log2(frame))) / 2) + 1;
  require(step >= 1, spec, () => `has frames of ${frame} samples that lie ${step} apart; it must be at least 1`);
  require(mode !== 'psd' || bins > 1, spec, () => 'has one frequency, of which Keras makes no power density');
  const [first, last] = format === 'channels_last' ? [2, 1] : [1, 2];
  const named = [...(mode === 'imag' ? [] : ['real_kernel']), ...(mode === 'real' ? [] : ['imag_kernel'])];
  return {
    shrinks: true,
    outputShapes([shape]) {
      require(shape!.length === 3, spec, () => `takes signals of 3 axes and is given ${shape!.length}`);
      const [batch, channels, samples] = [shape![0] ?? null, shape![first] ?? null, shape![last] ?? null];
      const frames = windowCount(samples, frame, step, padding);
      const own = mode === 'stft' ? 2 * bins : bins;
      const both = channels === null ? null : channels * own;
      if (format === 'channels_last') return [apart ? [batch, frames, own, channels] : [batch, frames, both]];
      return [apart ? [batch, channels, frames, own] : [batch, both, frames]];
    },
    weights: () => named.map((name, i) => ({ name, shape: [frame, 1, bins], paths: [`vars/${i}`] })),
    compute([input], kernels) {
      const signal = asFloat(input!);
      const [batch, channels, samples] = [signal.shape[0]!, signal.shape[first]!, signal.shape[last]!];
      const rows = tf.reshape(format === 'channels_last' ? transpose(signal, [0, 2, 1]) : signal, [batch * channels, samples, 1]);
      const parts = kernels.map((kernel) => tf.conv1d(rows as Tensor3D, kernel as Tensor3D, step, padding));
      const x = ofMode(mode, parts);
      const split = tf.reshape(x, [batch, channels, x.shape[1]!, x.shape[2]!]);
      if (apart) return format === 'channels_last' ? transpose(split, [0, 2, 3, 1]) : split;
      const order = format === 'channels_last' ? [0, 2, 1, 3] : [0, 1, 3, 2];
      const beside = transpose(split, order);
      const both = channels * x.shape[2]!;
      return tf.reshape(beside, format === 'channels_last' ? [batch, x.shape[1]!, both] : [batch, both, x.shape[1]!]);
    },
  };
}

/** From the real and the imaginary part, as far as the mode has both. */
function ofMode(mode: (typeof modes)[number], parts: readonly Tensor[]): Tensor {
  if (mode === 'real' || mode === 'imag') return parts[0]!;
  if (mode === 'stft') return tf.concat([...parts], 2);
  const [real, imaginary] = parts as [Tensor, Tensor];
  if (mode === 'angle') return tf.atan2(imaginary, real);
  const power = tf.add(tf.square(real), tf.square(imaginary));
  if (mode === 'psd') return tf.mul(power, twiceInside(power.shape[2]!));
  const magnitude = tf.sqrt(tf.maximum(power, LEAST));
  return mode === 'magnitude' ? magnitude : tf.log(tf.maximum(magnitude, LEAST));
}

/** All but the first and the last frequency stand for their negative as well. */
function twiceInside(bins: number): Tensor {
  return tf.tensor1d(range(0, bins).map((bin) => (bin === 0 || bin === bins - 1 ? 1 : 2)));
}

export function melSpectrogram(spec: LayerSpec): LayerDefinition {
  const fftLength = numberOf(spec, 'fft_length', 2048);
  const step = numberOf(spec, 'sequence_stride', 512);
  const rate = numberOf(spec, 'sampling_rate', 16000);
  const count = numberOf(spec, 'num_mel_bins', 128);
  const exponent = numberOf(spec, 'mag_exp', 2);
  const given = plain(spec.config.window);
  const length = numberOf(spec, 'sequence_length', fftLength);
  const window = given === null ? undefined : frameWindow(given ?? 'hann', length, fftLength);
  require(given === null || window !== undefined, spec, () =>
    `has the window ${JSON.stringify(given)}; supported are 'hann', 'hamming', and as many numbers as its sequence_length`);
  const weights = melWeights(
    count,
    Math.floor(fftLength / 2) + 1,
    rate,
    numberOf(spec, 'min_freq', 20),
    numberOf(spec, 'max_freq', rate / 2),
  );
  const decibels = flagOf(spec, 'power_to_db', true) ? decibelsOf(spec) : undefined;
  return {
    shrinks: true,
    outputShapes: ([shape]) => [melShape(spec, shape!, fftLength, step, count)],
    compute([input]) {
      const { real, imaginary } = framesTransformed(centred(asFloat(input!), fftLength), fftLength, step, window);
      const magnitude = tf.sqrt(tf.add(tf.square(real), tf.square(imaginary)));
      const power = exponent === 1 ? magnitude : exponent === 2 ? tf.square(magnitude) : tf.pow(magnitude, exponent);
      const bins = power.shape.at(-1)!;
      const mel = tf.matMul(tf.reshape(power, [-1, bins]), tf.tensor2d(weights, [bins, count]));
      const rows = tf.reshape(decibels === undefined ? mel : decibels(mel), [...power.shape.slice(0, -1), count]);
      return transpose(rows, [...range(0, rows.rank - 2), rows.rank - 1, rows.rank - 2]);
    },
  };
}

/** Keras declares one frame too many for some lengths; this is how many there are. */
function melShape(spec: LayerSpec, shape: Shape, fftLength: number, step: number, count: number): Shape {
  require(shape.length === 1 || shape.length === 2, spec, () => `takes signals [batch, samples] and is given ${shape.length} axes`);
  const samples = shape.at(-1) ?? null;
  const margin = Math.floor(fftLength / 2);
  require(samples === null || samples > margin, spec, () =>
    `needs signals of more than ${margin} samples (half its fft_length) and is given ${samples}`);
  return [...shape.slice(0, -1), count, windowCount(samples === null ? null : samples + 2 * margin, fftLength, step, 'valid')];
}

/** Over a reference, and no further below the largest of all numbers than `top_db`: pictures of one batch share their floor. */
function decibelsOf(spec: LayerSpec): (power: Tensor) => Tensor {
  const least = numberOf(spec, 'min_power', 1e-10);
  const top = numberOf(spec, 'top_db', 80);
  const reference = 10 * Math.log10(Math.max(Math.abs(numberOf(spec, 'ref_power', 1)), least));
  return (power) => {
    const levels = tf.sub(tf.mul(tf.log(tf.maximum(power, least)), 10 / Math.LN10), reference);
    return tf.maximum(levels, tf.sub(tf.max(levels), top));
  };
}

const { fround } = Math;

/** Hertz to mels as the Hidden Markov Model Toolkit has them. */
function melOf(hertz: number): number {
  return fround(1127 * fround(Math.log(fround(1 + fround(hertz / 700)))));
}

function spaced(from: number, to: number, count: number): number[] {
  const step = fround(fround(to - from) / (count - 1));
  return range(0, count).map((i) => (i === count - 1 && count > 1 ? to : fround(from + fround(step * i))));
}

/**
 * `[bins, count]`, row-major: a triangle over its neighbours' centres for each mel bin, without the first frequency. Every step in float32,
 * in Keras' order: the differences of mels lose digits.
 */
function melWeights(count: number, bins: number, rate: number, low: number, high: number): Float32Array {
  const frequencies = spaced(0, fround(rate / 2), bins).map(melOf);
  const edges = spaced(melOf(fround(low)), melOf(fround(high)), count + 2);
  const weights = new Float32Array(bins * count);
  for (let bin = 1; bin < bins; bin++) {
    for (let mel = 0; mel < count; mel++) {
      const [lower, centre, upper] = edges.slice(mel, mel + 3) as [number, number, number];
      const rising = fround(fround(frequencies[bin]! - lower) / fround(centre - lower));
      const falling = fround(fround(upper - frequencies[bin]!) / fround(upper - centre));
      weights[bin * count + mel] = Math.max(0, Math.min(rising, falling));
    }
  }
  return weights;
}
