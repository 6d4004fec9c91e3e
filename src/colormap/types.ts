/** A rectangle of numbers, row-major from the top left: `data[y * width + x]`. A FeatureMap is one. */
export interface ScalarMap {
  /** Values a row, at least 1. */
  readonly width: number;
  /** Rows, at least 1. */
  readonly height: number;
  /** At least width * height values; what is beyond is not looked at. */
  readonly data: Float32Array;
}

/**
 * An RGBA picture, row-major from the top left, 4 bytes a pixel, not premultiplied. A browser's `ImageData` is one, and
 * `new ImageData(image.data, image.width, image.height)` takes one.
 */
export interface RGBAImage {
  /** Pixels a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** width * height * 4 bytes: red, green, blue, alpha. */
  readonly data: Uint8ClampedArray;
}

/** Red, green, blue, alpha: bytes 0..255, not premultiplied. */
export type RGBA = readonly [red: number, green: number, blue: number, alpha: number];

/**
 * A table of colours, as `matplotlib.colors.Colormap`. Plain data: anything of this shape is a colormap. The library keeps what it
 * derives from one by object identity, so make a new object rather than write into the table of one that was used.
 */
export interface Colormap {
  /** 'viridis' */
  readonly name: string;
  /** How many colours the table has (matplotlib's `N`): 256 for most maps, 8 to 20 for qualitative ones, 510 for twilight. */
  readonly rows: number;
  /** RGBA bytes, `rows` * 4, from the lowest value's colour to the highest's. */
  readonly table: Uint8Array;
  /** Colour of values below the norm's range. Default: the table's first. */
  readonly under?: RGBA | undefined;
  /** Colour of values above the norm's range. Default: the table's last. */
  readonly over?: RGBA | undefined;
  /** Colour of NaN and of what the norm has no place for. Default: transparent black. */
  readonly bad?: RGBA | undefined;
}

/** The two values that a norm sends to 0 and 1, doubles. A norm of your own may hand itself more in the same object. */
export interface Limits {
  /** At position 0. */
  readonly vmin: number;
  /** At position 1. */
  readonly vmax: number;
}

/**
 * How values become positions in a colormap: 0 is the first colour, 1 the last, below 0 is 'under', above 1 'over', NaN 'bad'. Write
 * your own with these three methods (`apply` must not decrease while the value rises; every table row's first value is found from it by
 * bisection, which is how the same norm runs on a GPU).
 *
 * The further members are what built-in norms know beyond that. To fix a norm's limits use `withLimits`: in a spread copy with another
 * `limits` or `apply` they would still speak for the old one.
 */
export interface Norm {
  /** The limits for this data, any that the norm was made with among them. */
  limits(data: Float32Array): Limits;
  /** Position of one float32 value. Always called with limits here; a built-in norm falls back to those it was made with. */
  apply(value: number, limits?: Limits): number;
  /** The value at a position: `apply`'s inverse, which colorbars need. */
  invert(position: number, limits?: Limits): number;
  /** For a norm that picks table rows itself: the row of a value, below 0 for 'under', `rows` or more for 'over', NaN for 'bad'. */
  row?(value: number, limits: Limits, rows: number): number;
  /** The same norm with these limits, whatever the data. `sharedLimits` asks for it; without it the norm's `limits` is replaced. */
  withLimits?(limits: Limits): Norm;
  /**
   * True of matplotlib's `Normalize` arithmetic without clip, whatever the limits come from: `(value - vmin) / (vmax - vmin)`, difference
   * and quotient each computed in double and rounded to float32. Fast kernels do the work then.
   */
  readonly linear?: boolean;
  /**
   * The limits from the data's smallest and largest value (both NaN if one value is NaN), where `limits` needs no more than those: a
   * kernel finds them faster, for many channels at once.
   */
  fromExtent?(extent: Limits): Limits;
  /**
   * Colours many values faster than asking for one after the other; the same colours. `colours` is the colormap's `palette`, `out` gets a
   * pixel's four bytes in one word.
   */
  paint?(data: Float32Array, limits: Limits, colours: Uint8Array, out: Uint32Array): void;
}
