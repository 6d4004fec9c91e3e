import { check, checkInteger, describe } from '../check';
import { summarizeKeras2 } from './summary/keras2';
import { summarizeKeras3 } from './summary/keras3';
import type { Model } from './types';

/** Which Keras' table `summarize` prints. */
export type SummaryStyle = 'keras2' | 'keras3';

/** How `summarize` prints. */
export interface SummaryOptions {
  /** 'keras2' is Keras 2.1's plain table, 'keras3' the boxed one. Default: that of the Keras which wrote the file ('keras2' for tfjs files). */
  style?: SummaryStyle | undefined;
  /**
   * Width of the table in characters. Default: 65, or 98 when the model has a column "Connected to", in style 'keras2'; 76 in style
   * 'keras3', as Keras 3 prints in notebooks and pipes.
   */
  lineLength?: number | undefined;
}

/** What `summarize` reads of a model. */
export type Summarizable = Pick<Model, 'name' | 'producer' | 'layers' | 'operations'>;

/**
 * What `model.summary()` prints in Keras, character for character and without a line break at the end: one row a layer (its name and
 * class, output shape, number of parameters and, unless the model is a chain, the tensors that flow into it), then the totals.
 *
 * Optimizer state is not counted, as if the file had been opened with `compile=False`.
 *
 * Source: Keras 2.1.6 `keras/utils/layer_utils.py`, Keras 3.15.1 `keras/src/utils/summary_utils.py` with rich 15.0.0.
 *
 * @throws ActivationLensError `shape` when the style is none of the two, or the line too short for the columns.
 */
export function summarize(model: Summarizable, options: SummaryOptions = {}): string {
  const { style = styleOf(model.producer), lineLength } = options;
  check(style === 'keras2' || style === 'keras3', 'shape', () => `style is ${describe(style)}; it must be 'keras2' or 'keras3'.`, {
    style,
  });
  if (lineLength !== undefined) checkInteger(lineLength, 'lineLength');
  return style === 'keras2' ? summarizeKeras2(model, lineLength) : summarizeKeras3(model, lineLength);
}

function styleOf(producer: string): SummaryStyle {
  return /^keras\s+v?[3-9]/i.test(producer) ? 'keras3' : 'keras2';
}
