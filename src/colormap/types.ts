/** A rectangle of numbers, row-major from the top left: `data[y * width + x]`. A FeatureMap is one. */
export interface ScalarMap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}
