import type { ScalarMap } from '../colormap/types';
import type { LayerInfo } from '../model/types';

/** One channel of one layer's activation for one picture: `data[y * width + x]`, float32. */
export interface FeatureMap extends ScalarMap {
  /** The layer it came from. */
  readonly layer: LayerInfo;
  /** 0-based channel. */
  readonly channel: number;
}
