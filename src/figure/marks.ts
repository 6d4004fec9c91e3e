import type { Box, MeasureText, Picture, Scaling } from './types';

/** A filled rectangle: the paper (`role` 'background'), the bars of a histogram. */
export interface RectangleMark {
  readonly kind: 'rectangle';
  readonly role: 'background' | 'bar';
  readonly box: Box;
  /** A CSS colour; 'none' is SVG's word for none. */
  readonly color: string;
}

/** A picture stretched over `frame`, drawn in the pixels of `box`. */
export interface ImageMark {
  readonly kind: 'image';
  readonly role: 'image' | 'colorbar';
  /** Which axes it belongs to: the index in `figure.axes`. */
  readonly axes: number;
  /** Whole pixels: `frame`, each edge at most half a pixel moved. */
  readonly box: Box;
  /** Where the picture lies exactly: what decides which of its pixels is under the middle of a pixel of the box. */
  readonly frame: Box;
  /** Left out where the description has none: the renderer, or what lies beneath, shows something there. */
  readonly image?: Picture;
  /** 'nearest': each pixel is a rectangle of one colour. */
  readonly interpolation: Scaling;
}

/**
 * Straight lines from point to point, `[x, y]` in pixels, `width` pixels wide, in a CSS colour; closed where the last point is the first.
 * Nothing is drawn outside `clip`.
 */
export interface LineMark {
  readonly kind: 'line';
  readonly role: 'frame' | 'tick' | 'dead' | 'plot';
  readonly points: readonly (readonly [number, number])[];
  readonly width: number;
  readonly color: string;
  readonly clip?: Box;
}

/** One line of text. */
export interface TextMark {
  readonly kind: 'text';
  readonly role: 'figure-title' | 'title' | 'label' | 'tick' | 'offset' | 'dead';
  readonly text: string;
  /** In pixels, where it is anchored on its baseline: with its start, middle or end. */
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  /** Degrees, clockwise positive: 0, or -90 for text that runs upwards. */
  readonly rotation: 0 | -90;
  /** Pixels an em. */
  readonly size: number;
  readonly color: string;
  /** The advance width that the layout counted on. Renderers fit the text to it, so that each draws the same box whatever its font. */
  readonly advance: number;
  /** What it covers, ascent and descent included. */
  readonly box: Box;
}

/** Everything that a renderer has to be able to draw. */
export type Mark = RectangleMark | ImageMark | LineMark | TextMark;

/** Where to put a text: a point, and which part of the text's box lies on it. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly horizontal?: 'left' | 'center' | 'right';
  /** 'center-baseline': half the ascent above the point and the baseline half the ascent below it. Default 'baseline'. */
  readonly vertical?: 'top' | 'bottom' | 'baseline' | 'center-baseline';
  readonly size: number;
  readonly color: string;
}

const anchors = { left: 'start', center: 'middle', right: 'end' } as const;

/** A text mark and its box. The baseline's pixel row is whole, as matplotlib draws text, so that letters stay sharp. */
export function placeText(role: TextMark['role'], text: string, place: Placement, measure: MeasureText): TextMark {
  const { horizontal = 'center', vertical = 'baseline', size, color } = place;
  const { width, ascent, descent } = measure(text, size);
  const down = { top: ascent, bottom: -descent, baseline: 0, 'center-baseline': ascent / 2 }[vertical];
  const baseline = place.y + down;
  const left = place.x - { left: 0, center: width / 2, right: width }[horizontal];
  return {
    kind: 'text',
    role,
    text,
    x: place.x,
    y: Math.round(baseline),
    anchor: anchors[horizontal],
    rotation: 0,
    size,
    color,
    advance: width,
    box: { x: left, y: baseline - ascent, width, height: ascent + descent },
  };
}

/** A text that runs upwards, centred on `place.y`; its top (the side of the ascent) or its bottom lies on `place.x`. */
export function placeUpwards(text: string, side: 'top' | 'bottom', place: Placement, measure: MeasureText): TextMark {
  const { width, ascent, descent } = measure(text, place.size);
  const baseline = side === 'bottom' ? place.x - descent : place.x + ascent;
  return {
    kind: 'text',
    role: 'label',
    text,
    x: Math.round(baseline),
    y: place.y,
    anchor: 'middle',
    rotation: -90,
    size: place.size,
    color: place.color,
    advance: width,
    box: { x: baseline - ascent, y: place.y - width / 2, width: ascent + descent, height: width },
  };
}

/** `box` with its edges on whole pixels: what pictures fill, so that none of their pixels is blurred. */
export function snap(box: Box): Box {
  const x = Math.round(box.x);
  const y = Math.round(box.y);
  return { x, y, width: Math.max(1, Math.round(box.x + box.width) - x), height: Math.max(1, Math.round(box.y + box.height) - y) };
}

/** Where a line `width` pixels wide at `position` is sharp: the middle of a pixel for odd widths, between two for even ones. */
export const snapLine = (position: number, width: number): number => Math.floor(position + 0.5) + (Math.round(width) % 2) / 2;

/** The smallest box around all of them. */
export function union(boxes: readonly Box[]): Box {
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}

/** The line round a frame, on whole pixels. */
export function frameMark(frame: Box, width: number, color: string): LineMark {
  const left = snapLine(frame.x, width);
  const top = snapLine(frame.y, width);
  const right = snapLine(frame.x + frame.width, width);
  const bottom = snapLine(frame.y + frame.height, width);
  return {
    kind: 'line',
    role: 'frame',
    points: [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
      [left, top],
    ],
    width,
    color,
  };
}
