import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boundaryNorm, logNorm, type Norm, normalize, powerNorm, symLogNorm, twoSlopeNorm, viridis } from '../../src/colormap';
import { type Axes, axes, type Figure, figure, imageAxes, layerGrid, layout, mapFigure } from '../../src/figure';
import type { ColorbarOptions } from '../../src/figure/colorbar';
import type { TextMark } from '../../src/figure/marks';

type TextBox = [text: string, x: number, y: number, width: number, height: number];
interface GoldenFigure {
  width: number;
  height: number;
  title: TextBox | null;
  axes: { box: [number, number, number, number]; colorbar: boolean; xticks: TextBox[]; yticks: TextBox[]; texts: TextBox[] }[];
}
const golden = JSON.parse(readFileSync(new URL('../fixtures/figure/layout.json', import.meta.url), 'utf8')) as Record<string, GoldenFigure>;

const map = (height: number, width: number, factor = 1) => ({
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => i * factor),
});

/** The figures of test/fixtures/figure/generate.py, in our words. */
const figures: Record<string, () => Figure> = {
  'matshow square': () => mapFigure(map(148, 148)),
  'matshow wide': () => mapFigure(map(20, 300)),
  'matshow tall': () => mapFigure(map(90, 31)),
  'matshow one': () => mapFigure(map(1, 1)),
  'matshow two': () => mapFigure(map(2, 3)),
  grid: () =>
    figure({
      rows: 3,
      columns: 4,
      figsize: [12, 8],
      title: 'Every channel of conv2d_1',
      axes: Array.from({ length: 12 }, (_, i) => imageAxes({ map: map(30 + i, 60 - 4 * i) })),
    }),
  layers: () =>
    layerGrid(
      [148, 74, 72, 36, 34, 17, 15, 7].map((size) => map(size, size)),
      { titles: (_, i) => `${i % 2 === 1 ? 'conv2d' : 'max_pooling2d'}_${i}` },
    ),
  labels: () =>
    figure({
      figsize: [15, 4],
      dpi: 80,
      axes: [{ mirrorTicks: false }, {}, { mirrorTicks: true }].map((change, i): Axes => {
        const ticks = i === 1 ? 'bottom' : 'top';
        return { ...imageAxes({ map: map(40, 50), ticks, title: 'Channel 3 of conv2d_1', xlabel: 'column', ylabel: 'row' }), ...change };
      }),
    }),
  colorbars: () =>
    figure({
      figsize: [10, 4],
      axes: [map(40, 40, 1 / 1600), map(17, 60, 1e-9)].map((one) =>
        imageAxes({ map: one, ticks: 'bottom', colorbar: { label: 'activation' } }),
      ),
    }),
  tight: () =>
    figure({
      rows: 2,
      figsize: [9, 6],
      columns: 3,
      layout: 'tight',
      title: 'Six channels',
      axes: Array.from({ length: 6 }, (_, i) => imageAxes({ map: map(30, 30 + 10 * i), title: `channel ${i}`, colorbar: i < 3 })),
    }),
  imshow: () => figure({ axes: [imageAxes({ map: map(150, 150), ticks: 'bottom', xticks: 'auto', yticks: 'auto' })] }),
  histogram: () =>
    figure({
      figsize: [5, 3],
      axes: [axes({ title: 'Histogram', plots: [{ kind: 'bars', edges: [0, 0.2, 0.4, 0.6, 0.8, 1], heights: [3, 8, 120, 40, 2] }] })],
    }),
};

/**
 * How far a frame may be from matplotlib's, in pixels: the rounding of the golden file; with a tight layout, whose margins are made of
 * text heights, what hinting changes in those.
 */
const frameTolerance = (figure: Figure) => (figure.layout === 'tight' ? 0.8 : 0.002);
/**
 * Texts: matplotlib hints glyphs, so that a long title's advance differs by some pixels from the sum of the rounded ones, and letters may
 * stand out of the font's ascent and descent by one.
 */
const textTolerance = (text: string) => 1.05 + 0.25 * Math.max(0, text.length - 6);

function expectText(mark: TextMark | undefined, [text, x, y, width, height]: TextBox, where: string) {
  const name = `${where}: '${text}'`;
  expect(mark?.text, name).toBe(text);
  const { box } = mark!;
  const upwards = mark!.rotation !== 0;
  const [left, top] = [box.x + (upwards ? 0 : box.width / 2), box.y + (upwards ? box.height / 2 : 0)];
  expect(Math.abs(left - (x + (upwards ? 0 : width / 2))), `${name} x ${left}`).toBeLessThan(textTolerance(text) / 2 + 0.55);
  expect(Math.abs(top - (y + (upwards ? height / 2 : 0))), `${name} y ${top}`).toBeLessThan(1.05);
  expect(Math.abs(box.width - width), `${name} width ${box.width} ${width}`).toBeLessThan(textTolerance(text));
  expect(Math.abs(box.height - height), `${name} height`).toBeLessThan(textTolerance(text));
}

describe('layout', () => {
  for (const [name, make] of Object.entries(figures)) {
    it(`puts every box of '${name}' where matplotlib puts it`, () => {
      const expected = golden[name]!;
      const description = make();
      const made = layout(description);
      expect([made.width, made.height]).toEqual([expected.width, expected.height]);
      const bars = expected.axes.filter((one) => one.colorbar);
      const plain = expected.axes.filter((one) => !one.colorbar);
      expect(made.axes.length).toBe(plain.length);
      let bar = 0;
      made.axes.forEach((one, i) => {
        const want = plain[i]!;
        const { x, y, width, height } = one.frame;
        [x, y, width, height].forEach((value, k) => {
          expect(Math.abs(value - want.box[k]!), `frame ${i}: ${[x, y, width, height]} ${want.box}`).toBeLessThan(
            frameTolerance(description),
          );
        });
        const texts = one.marks.filter((mark): mark is TextMark => mark.kind === 'text');
        const wanted = [...want.xticks, ...want.yticks, ...want.texts];
        if (one.colorbar !== undefined) {
          const wantBar = bars[bar++]!;
          Object.values(one.colorbar).forEach((value, k) => {
            expect(Math.abs(value - wantBar.box[k]!), `colorbar ${i}`).toBeLessThan(frameTolerance(description));
          });
          wanted.push(...wantBar.yticks, ...wantBar.texts);
        }
        expect(texts.map((mark) => mark.text).sort()).toEqual(wanted.map(([text]) => text).sort());
        const left = [...wanted];
        for (const mark of texts) {
          // Of several equal texts ('0' on both axes), the nearest.
          const distance = (box: TextBox) => Math.hypot(box[1] + box[3] / 2 - mark.box.x - mark.box.width / 2, box[2] - mark.box.y);
          const match = left.filter(([text]) => text === mark.text).sort((a, b) => distance(a) - distance(b))[0]!;
          left.splice(left.indexOf(match), 1);
          expectText(mark, match, `axes ${i}`);
        }
      });
      const title = made.marks.find((mark): mark is TextMark => mark.kind === 'text' && mark.role === 'figure-title');
      if (expected.title === null) expect(title).toBeUndefined();
      else expectText(title, expected.title, 'figure');
    });
  }

  it('lays out a plain picture as itself', () => {
    const image = { width: 3, height: 2, data: new Uint8ClampedArray(24) };
    const made = layout(image);
    const box = { x: 0, y: 0, width: 3, height: 2 };
    expect(made).toMatchObject({ width: 3, height: 2 });
    expect(made.marks).toEqual([{ kind: 'image', role: 'image', axes: 0, box, frame: box, image, interpolation: 'nearest' }]);
  });

  it('draws at another dpi what it draws at its own, larger', () => {
    const one = figures.layers!();
    const small = layout(one);
    const large = layout(one, undefined, { dpi: 200 });
    expect([large.width, large.height]).toEqual([2 * small.width, 2 * small.height]);
    large.axes.forEach(({ frame }, i) => {
      expect(frame.x).toBeCloseTo(2 * small.axes[i]!.frame.x, 9);
      expect(frame.height).toBeCloseTo(2 * small.axes[i]!.frame.height, 9);
    });
  });

  it('gives pictures whole pixels, at most half a pixel from where they belong', () => {
    for (const make of Object.values(figures)) {
      for (const one of layout(make()).axes) {
        const mark = one.marks.find((candidate) => candidate.kind === 'image' && candidate.role === 'image');
        if (mark?.kind !== 'image') continue;
        const { x, y, width, height } = mark.box;
        expect([x, y, width, height].every(Number.isInteger)).toBe(true);
        expect(Math.abs(x - one.frame.x)).toBeLessThanOrEqual(0.5);
        expect(Math.abs(y + height - one.frame.y - one.frame.height)).toBeLessThanOrEqual(0.5);
      }
    }
  });

  it('takes the text metrics it is given', () => {
    const widths: string[] = [];
    const made = layout(mapFigure(map(10, 10), { title: 'abc' }), (text, size) => {
      widths.push(`${text} ${size.toFixed(2)}`);
      return { width: 7 * text.length, ascent: 5, descent: 1 };
    });
    expect(widths).toContain('abc 16.67');
    const title = made.marks.find((mark) => mark.kind === 'text' && mark.role === 'title');
    expect(title).toMatchObject({ text: 'abc', advance: 21, box: { width: 21, height: 6 } });
  });

  it('keeps loose parameters where labels alone fill the paper', () => {
    const tiny = figure({ figsize: [0.5, 0.5], layout: 'tight', axes: [imageAxes({ map: map(9, 9), title: 'a very long title' })] });
    expect(layout(tiny).axes[0]!.frame).toEqual(layout({ ...tiny, layout: 'subplots' }).axes[0]!.frame);
  });
});

describe('colorbars of other norms', () => {
  const barOf = (norm: Norm, options: ColorbarOptions = {}, colormap = viridis) => {
    const data = Float32Array.from({ length: 400 }, (_, i) => i + 1);
    const { marks, colorbar } = layout(
      figure({ figsize: [5, 5], axes: [imageAxes({ map: { width: 20, height: 20, data }, norm, colormap, colorbar: options })] }),
    ).axes[0]!;
    const labels = marks.filter((mark): mark is TextMark => mark.kind === 'text' && mark.role === 'tick' && mark.x > colorbar!.x);
    /** Label, and how far up the bar it stands. */
    return labels.map(({ text, box }) => {
      const middle = box.y + 0.38 * (10 * (100 / 72));
      return [text, (colorbar!.y + colorbar!.height - middle) / colorbar!.height] as const;
    });
  };

  it('stand where matplotlib puts them: LogNorm, PowerNorm, TwoSlopeNorm', () => {
    const bars = golden.norms!.axes.filter((axes) => axes.colorbar);
    const norms = [
      logNorm({ vmin: 1e-3, vmax: 1e2 }),
      powerNorm({ gamma: 0.5, vmin: 0, vmax: 4 }),
      twoSlopeNorm({ vcenter: 0, vmin: -1, vmax: 5 }),
    ];
    norms.forEach((norm, i) => {
      const { box, yticks } = bars[i]!;
      const ours = barOf(norm);
      expect(ours.length).toBe(yticks.length);
      yticks.forEach(([text, , y, , height], k) => {
        // matplotlib sets powers as mathtext, whose box stands a little differently.
        const power = /10\^\{(-?\d+)\}/.exec(text)?.[1];
        const baseline = power === undefined ? y + 0.38 * (10 * (100 / 72)) : y + height / 2;
        if (power === undefined) expect(ours[k]![0]).toBe(text);
        else expect(ours[k]![0]).toBe(`10${[...power].map((c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)])).join('')}`);
        expect(Math.abs(ours[k]![1] - (box[1] + box[3] - baseline) / box[3]), `${i} ${text}`).toBeLessThan(
          power === undefined ? 0.0005 : 0.01,
        );
      });
    });
  });

  it('of boundaries stand between the colours, evenly', () => {
    const bar = barOf(boundaryNorm({ boundaries: [0, 0.5, 10, 400] }));
    expect(bar.map(([text]) => text)).toEqual(['0.0', '0.5', '10.0', '400.0']);
    bar.forEach(([, position], i) => {
      expect(position).toBeCloseTo(i / 3, 3);
    });
  });

  it('of a symmetric logarithm are powers on either side of 0', () => {
    const bar = barOf(symLogNorm({ linthresh: 1, vmin: -1000, vmax: 1000 }));
    expect(bar.map(([text]) => text)).toEqual(['−10³', '−10²', '−10¹', '−10⁰', '0', '10⁰', '10¹', '10²', '10³']);
    expect(bar[4]![1]).toBeCloseTo(0.5, 3);
  });

  it("follow a user's own norm", () => {
    const norm: Norm = {
      limits: () => ({ vmin: 1, vmax: 10_000 }),
      apply: (value) => Math.log10(value) / 4,
      invert: (position) => 10 ** (4 * position),
    };
    expect(barOf(norm).map(([text]) => text)).toEqual(['10⁰', '10¹', '10²', '10³', '10⁴']);
  });

  it('label the values that were asked for, those outside not', () => {
    const bar = barOf(normalize({ vmin: 0, vmax: 4 }), { ticks: [0, 1, 4, 9] });
    expect(bar.map(([text]) => text)).toEqual(['0', '1', '4']);
    expect(bar[1]![1]).toBeCloseTo(0.25, 3);
  });

  it('have a scale of their own where all values are one, and no numbers where they are none', () => {
    expect(barOf(normalize({ vmin: 0, vmax: 0 })).map(([text]) => text)).toEqual(['0.00', '0.02', '0.04', '0.06', '0.08', '0.10']);
    expect(barOf({ ...normalize(), limits: () => ({ vmin: Number.NaN, vmax: Number.NaN }) })).toEqual([]);
  });

  it('are exactly as high as the picture where asked', () => {
    const { frame, colorbar } = layout(figure({ axes: [imageAxes({ map: map(40, 40), colorbar: { extent: 'image' } })] })).axes[0]!;
    expect(colorbar!.height).toBe(frame.height);
    expect(colorbar!.width).toBeCloseTo(frame.width * 0.05, 9);
    expect(colorbar!.x).toBeCloseTo(frame.x + frame.width * 1.05, 9);
  });
});
