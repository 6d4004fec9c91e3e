import {
  type Box,
  type FigureInput,
  type FigureLayout,
  type ImageMark,
  type LineMark,
  layout,
  picturePixels,
  type TextMark,
} from '../figure';
import { toBase64 } from '../figure/base64';
import { encodePNG } from '../png/encode';
import { fontBytes, fontFamily } from './font/embedded';
import { type ConfigurableRenderer, configurable } from './types';

/** Options of `svgRenderer`. */
export interface SVGRendererOptions {
  /** Pixels an inch, instead of the figure's own. */
  readonly dpi?: number | undefined;
  /** Begins the ids in the document. Default: made from what the figure holds, so that several on one page do not clash. */
  readonly id?: string | undefined;
  /** CSS font families. Default: DejaVu Sans, and what looks most like it. */
  readonly fontFamily?: string | undefined;
  /** Puts DejaVu Sans into the file (60 kB more), so that it looks the same where the font is not installed. Default false. */
  readonly embedFont?: boolean | undefined;
}

const families = "'DejaVu Sans', 'Bitstream Vera Sans', Verdana, sans-serif";

/**
 * A figure or a picture as an SVG document, valid SVG 1.1 but for ARIA's and `data-*` attributes: text as text, which can be selected and
 * searched, pictures as PNG inside it, drawn pixelated; title and description for screen readers. Throws `shape` for a picture whose bytes do
 * not fit its size.
 */
export const svgRenderer: ConfigurableRenderer<string, FigureInput, SVGRendererOptions> = /* @__PURE__ */ configurable(
  'svg',
  async (input, options) => {
    const figure = layout(input, undefined, { dpi: options.dpi });
    const pictures = new Map<ImageMark, string>();
    // One after the other: a grid of hundreds would otherwise hold all its encoders' buffers at once.
    for (const mark of figure.marks) if (mark.kind === 'image' && mark.image !== undefined) pictures.set(mark, await dataURI(mark));
    const font = options.embedFont === true ? toBase64(await fontBytes()) : undefined;
    return svgDocument(figure, pictures, options, font);
  },
);

function svgDocument(figure: FigureLayout, pictures: ReadonlyMap<ImageMark, string>, options: SVGRendererOptions, font?: string): string {
  const { width, height, title, description } = figure;
  const id = options.id ?? `figure-${hash(`${width} ${height} ${title} ${description} ${[...pictures.values()].join('')}`)}`;
  const named = [title === '' && description === '' ? '' : `${id}-title`, title === '' || description === '' ? '' : `${id}-description`];
  const labelled = named.filter(Boolean).join(' ');
  const family = font === undefined ? (options.fontFamily ?? families) : `'${fontFamily}', ${options.fontFamily ?? families}`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"${labelled === '' ? '' : ` aria-labelledby="${labelled}"`} font-family="${escapeXML(family)}">`,
  ];
  if (title !== '' || description !== '') lines.push(`<title id="${id}-title">${escapeXML(title || description)}</title>`);
  if (title !== '' && description !== '') lines.push(`<desc id="${id}-description">${escapeXML(description)}</desc>`);
  if (font !== undefined)
    lines.push(`<style type="text/css">@font-face{font-family:'${fontFamily}';src:url(data:font/ttf;base64,${font})}</style>`);
  const clips = new Map<string, string>();
  const body = bodyOf(figure, pictures, (box) => {
    const shape = rectangle(box);
    const name = clips.get(shape) ?? `${id}-clip-${clips.size}`;
    clips.set(shape, name);
    return name;
  });
  if (clips.size > 0) {
    lines.push(`<defs>${[...clips].map(([shape, name]) => `<clipPath id="${name}"><rect ${shape}/></clipPath>`).join('')}</defs>`);
  }
  return `${[...lines, ...body, '</svg>'].join('\n')}\n`;
}

function bodyOf(figure: FigureLayout, pictures: ReadonlyMap<ImageMark, string>, clip: (box: Box) => string): string[] {
  const lines: string[] = [];
  // Runs of lines that look alike, the ticks of an axis, become one path.
  let run: LineMark[] = [];
  const flush = () => {
    const [first] = run;
    if (first !== undefined) lines.push(path(run, first, first.clip === undefined ? '' : ` clip-path="url(#${clip(first.clip)})"`));
    run = [];
  };
  for (const mark of figure.marks) {
    const last = run[0];
    const alike =
      mark.kind === 'line' &&
      (last === undefined ||
        (last.role === mark.role && last.width === mark.width && last.color === mark.color && last.clip === mark.clip));
    if (!alike) flush();
    if (mark.kind === 'line') run.push(mark);
    else if (mark.kind === 'rectangle') lines.push(`<rect class="${mark.role}" ${rectangle(mark.box)} fill="${escapeXML(mark.color)}"/>`);
    else if (mark.kind === 'text') lines.push(text(mark));
    else if (mark.image !== undefined) lines.push(image(mark, pictures.get(mark)!));
  }
  flush();
  return lines;
}

function image(mark: ImageMark, uri: string): string {
  // Older programs know only SVG 1.1's words: 'optimizeSpeed', and `xlink:href`, which all others know, too.
  const style = mark.interpolation === 'nearest' ? ' style="image-rendering:optimizeSpeed;image-rendering:pixelated"' : '';
  return `<image class="${mark.role}" data-axes="${mark.axes}" ${rectangle(mark.box)} preserveAspectRatio="none"${style} xlink:href="${uri}"/>`;
}

function path(run: readonly LineMark[], { role, width, color }: LineMark, clip: string): string {
  const d = run
    .map(({ points }) => {
      const [first, last] = [points[0]!, points[points.length - 1]!];
      const closed = points.length > 2 && first[0] === last[0] && first[1] === last[1];
      const corners = closed ? points.slice(0, -1) : points;
      return `M${corners.map(([x, y]) => `${number(x)} ${number(y)}`).join('L')}${closed ? 'Z' : ''}`;
    })
    .join('');
  return `<path class="${role}" d="${d}" fill="none" stroke="${escapeXML(color)}" stroke-width="${number(width)}"${clip}/>`;
}

function text(mark: TextMark): string {
  const { x, y, size, advance, rotation, color, role, box } = mark;
  // By its middle: where a font is narrower or wider and a viewer does not fit it, the error is shared by both ends.
  const place =
    rotation === 0
      ? `x="${number(box.x + box.width / 2)}" y="${number(y)}"`
      : `transform="translate(${number(x)} ${number(box.y + box.height / 2)}) rotate(${rotation})"`;
  const fit = [...mark.text].length > 1 ? ` textLength="${number(advance)}" lengthAdjust="spacingAndGlyphs"` : '';
  return `<text class="${role}" ${place} font-size="${number(size)}" text-anchor="middle"${fit} fill="${escapeXML(color)}" xml:space="preserve">${escapeXML(mark.text)}</text>`;
}

async function dataURI(mark: ImageMark): Promise<string> {
  const { width, height } = mark.image!;
  const png = await encodePNG({ width, height, data: picturePixels(mark.image!) });
  return `data:image/png;base64,${toBase64(png)}`;
}

const rectangle = ({ x, y, width, height }: Box): string =>
  `x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"`;

/** A thousandth of a pixel is as good as none. */
const number = (value: number): string => String(Math.round(value * 1000) / 1000);

/** For element text and attribute values alike; control characters, which XML has no way to write, are left out. */
function escapeXML(value: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
  const allowed = value.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/\p{Surrogate}/gu, '\ufffd');
  return allowed.replace(/[&<>"]/g, (character) => entities[character]!);
}

/** 32-bit FNV-1a, as letters and digits. */
function hash(value: string): string {
  let sum = 0x811c9dc5;
  for (let i = 0; i < value.length; i++) sum = Math.imul(sum ^ value.charCodeAt(i), 0x01000193);
  return (sum >>> 0).toString(36);
}
