import type { MeasureText } from './types';

/** Sizes in points: matplotlib's defaults. */
export const points = {
  frame: 0.8,
  tick: 3.5,
  tickWidth: 0.8,
  minorTick: 2,
  minorTickWidth: 0.6,
  tickPad: 3.5,
  minorTickPad: 3.4,
  labelPad: 4,
  titlePad: 6,
  offsetPad: 3,
} as const;

/** What the layout of every axes of a figure shares. */
export interface Sheet {
  /** Pixels a point. */
  readonly scale: number;
  /** Pixels an em, of labels and of titles. */
  readonly fontSize: number;
  readonly titleSize: number;
  readonly color: string;
  readonly measure: MeasureText;
}
