import type { Interpolation } from './types';

/** A resampling filter: its weight at distance `x` from the centre, and the distance from which on it is 0. */
export interface Filter {
  readonly support: number;
  weight(x: number): number;
}

// Pillow writes these two constants as C floats.
const HAMMING_A = Math.fround(0.54);
const HAMMING_B = Math.fround(0.46);

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Pillow's filters (src/libImaging/Resample.c, version 13), operation by operation. 'nearest' is not a filter but a choice of pixels. */
export const FILTERS: Readonly<Record<Exclude<Interpolation, 'nearest'>, Filter>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight(x) {
      const d = Math.abs(x);
      if (d === 0) return 1;
      return d < 1 ? sinc(d) * (HAMMING_A + HAMMING_B * Math.cos(d * Math.PI)) : 0;
    },
  },
  bicubic: {
    support: 2,
    weight(x) {
      const a = -0.5;
      const d = Math.abs(x);
      if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    },
  },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** The names that `interpolation` takes, in the order in which messages list them. */
export const INTERPOLATIONS: readonly Interpolation[] = ['nearest', 'bilinear', 'bicubic', 'box', 'hamming', 'lanczos'];
