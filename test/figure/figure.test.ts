import { describe, expect, it } from 'vitest';
import { colorize, gray, normalize, viridis } from '../../src/colormap';
import { axes, featureGrid, figure, imageAxes, isDead, layerGrid, layout, mapFigure, picturePixels } from '../../src/figure';

const map = (width: number, height: number, value = (i: number) => i) => ({
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => value(i)),
});
const channel = (index: number, name = 'conv2d_1', value?: (i: number) => number) => ({
  ...map(4, 4, value),
  channel: index,
  layer: { name },
});

function thrown(run: () => unknown): { code: string; message: string } {
  try {
    run();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('nothing was thrown');
}

describe('figure', () => {
  it('has the defaults of matplotlib', () => {
    expect(figure({ axes: [] })).toEqual({
      kind: 'figure',
      rows: 1,
      columns: 1,
      figsize: [6.4, 4.8],
      dpi: 100,
      title: '',
      description: '',
      axes: [],
      layout: 'subplots',
      subplots: { left: 0.125, right: 0.9, bottom: 0.11, top: 0.88, wspace: 0.2, hspace: 0.2 },
      background: 'white',
      foreground: 'black',
      fontSize: 10,
      titleSize: 12,
    });
  });

  it('survives JSON and structured cloning', () => {
    const one = figure({ title: 'one', axes: [imageAxes({ map: map(5, 3), colorbar: true }), null], columns: 2 });
    const written = JSON.parse(JSON.stringify(one)) as typeof one;
    expect(typeof written.axes[0]!.image!.data).toBe('string');
    expect(picturePixels(written.axes[0]!.image!)).toEqual(picturePixels(one.axes[0]!.image!));
    const places = (value: typeof one) => layout(value).axes.map(({ frame, colorbar, bounds }) => ({ frame, colorbar, bounds }));
    expect(places(written)).toEqual(places(one));
    const cloned = structuredClone(one);
    expect(cloned).toEqual(one);
    // A clone has lost toJSON: what JSON makes of a typed array itself is understood too.
    const plain = JSON.parse(JSON.stringify(cloned)) as typeof one;
    expect(picturePixels(plain.axes[0]!.image!)).toEqual(picturePixels(one.axes[0]!.image!));
  });

  it('says what is wrong', () => {
    const one = imageAxes({ map: map(2, 2) });
    expect(thrown(() => figure({ axes: [one, one, one], rows: 1, columns: 2 }))).toMatchObject({
      code: 'shape',
      message: 'There are 3 axes for 1 x 2 cells; leave out rows or columns, or make one of them larger.',
    });
    expect(thrown(() => figure({ axes: [one], figsize: [0, 4] })).message).toBe(
      'figsize is [0, 4], dpi 100, fontSize 10, titleSize 12; all must be above 0.',
    );
    expect(thrown(() => figure({ axes: [one], figsize: [1000, 1000], dpi: 300 })).message).toBe(
      'A figure of 1000 x 1000 inches at 300 dpi has 300000 x 300000 pixels; choose a smaller figsize or dpi.',
    );
    expect(thrown(() => figure({ axes: [one], columns: 1.5 })).message).toContain('columns is 1.5');
    expect(thrown(() => figure({ axes: [one], subplots: { left: 0.95 } })).message).toContain('left must be below right');
  });
});

describe('imageAxes', () => {
  it('colours the map at once, as colorize does, and keeps its own pixels', () => {
    const values = map(3, 2);
    const made = imageAxes({ map: values, colormap: gray, norm: normalize({ vmin: 0, vmax: 10 }) });
    const expected = colorize(values, { colormap: gray, norm: normalize({ vmin: 0, vmax: 10 }) }).data;
    values.data.fill(9);
    expect(made.image!.data).toEqual(expected);
    expect(made).toMatchObject({ xlim: [-0.5, 2.5], ylim: [1.5, -0.5], ticks: 'top', mirrorTicks: true, aspect: 'equal', dead: false });
  });

  it('takes pictures of 1, 3 and 4 channels as they are', () => {
    const made = imageAxes({ image: { width: 2, height: 1, channels: 1, data: Uint8Array.of(7, 200) } });
    expect([...picturePixels(made.image!)]).toEqual([7, 7, 7, 255, 200, 200, 200, 255]);
  });

  it('leaves the picture out for those who draw it themselves', () => {
    const made = imageAxes({ size: [30, 40] });
    expect(made.image).toBeUndefined();
    expect(made.xlim).toEqual([-0.5, 39.5]);
    const [one] = layout(figure({ axes: [made] })).axes;
    const mark = one!.marks.find((candidate) => candidate.kind === 'image');
    expect(mark).toMatchObject({ role: 'image', axes: 0 });
    expect(mark).not.toHaveProperty('image');
  });

  it('knows dead maps: one value, NaN throughout; not a single pixel', () => {
    expect(isDead(map(4, 4, () => 0))).toBe(true);
    expect(isDead(map(4, 4, () => Number.NaN))).toBe(true);
    expect(isDead(map(4, 4, (i) => (i === 7 ? 1e-30 : 0)))).toBe(false);
    expect(isDead(map(1, 1))).toBe(false);
    expect(imageAxes({ map: map(4, 4, () => 3) }).dead).toBe(true);
    expect(imageAxes({ map: map(4, 4, () => 3), dead: false }).dead).toBe(false);
  });

  it('marks dead maps with a word, or with their diagonals where it has no room', () => {
    const marks = (size: number) =>
      layout(
        mapFigure(
          map(4, 4, () => 3),
          { figsize: [size, size] },
        ),
      ).marks;
    expect(marks(4.8)).toContainEqual(expect.objectContaining({ kind: 'text', role: 'dead', text: 'dead' }));
    expect(marks(0.4).filter((mark) => mark.kind === 'line' && mark.role === 'dead').length).toBe(2);
  });

  it('says what is wrong', () => {
    expect(thrown(() => imageAxes({})).message).toBe('imageAxes was given no picture; give one of map, image and size.');
    expect(thrown(() => imageAxes({ map: map(1, 1), size: [1, 1] })).message).toContain('was given map and size');
    expect(thrown(() => imageAxes({ size: [0, 1] })).message).toBe(
      'size is [0, 1]; it must be [height, width] in whole pixels of at least 1.',
    );
    expect(thrown(() => imageAxes({ size: [1, 1], colorbar: true })).message).toContain('A colorbar needs the values');
    expect(thrown(() => imageAxes({ map: { ...map(2, 2), width: 3 } }))).toMatchObject({ code: 'shape' });
    expect(thrown(() => picturePixels({ width: 2, height: 2, data: new Uint8Array(3) })).message).toBe(
      'A picture of 2 x 2 pixels has 3 bytes of data; RGBA needs 16.',
    );
    expect(thrown(() => picturePixels({ width: 2, height: 2, data: '*' })).message).toContain('no base64');
  });
});

describe('axes', () => {
  it('takes limits from what it shows', () => {
    const made = axes({ plots: [{ kind: 'line', x: [0, 10], y: [-1, 1] }] });
    expect(made.xlim).toEqual([-0.5, 10.5]);
    expect(made.ylim).toEqual([-1.1, 1.1]);
    expect(made.plots[0]).toMatchObject({ color: '#1f77b4', width: 1.5 });
    expect(axes().xlim).toEqual([0, 1]);
    expect(axes({ plots: [{ kind: 'bars', edges: [0, 1], heights: [4] }] }).ylim).toEqual([0, 4.2]);
  });

  it('says what is wrong', () => {
    expect(thrown(() => axes({ xlim: [1, 1] })).message).toBe('xlim is [1, 1]; axes need two different finite numbers.');
    expect(thrown(() => axes({ plots: [{ kind: 'bars', edges: [0], heights: [4] }] })).message).toContain('one edge more');
    expect(thrown(() => axes({ plots: [{ kind: 'line', x: [0], y: [4, 5] }] })).message).toContain('as many of one');
  });
});

describe('featureGrid', () => {
  it('is the 8 x 4 of the lesson for 32 channels', () => {
    const made = featureGrid(Array.from({ length: 32 }, (_, i) => channel(i)));
    expect(made).toMatchObject({ rows: 8, columns: 4, figsize: [12, 24], layout: 'subplots' });
    expect(made.axes.every((one) => one!.ticks === 'top' && one!.title === '')).toBe(true);
  });

  it('leaves ticks out where pictures are small', () => {
    const made = featureGrid(
      Array.from({ length: 128 }, (_, i) => channel(i)),
      { titles: true },
    );
    expect(made).toMatchObject({ rows: 16, columns: 8, figsize: [12, 24], layout: 'tight' });
    expect(made.axes[127]).toMatchObject({ ticks: 'none', title: '127' });
  });

  it('tells in words what it shows, dead channels by number', () => {
    const made = featureGrid([channel(0), channel(7, 'conv2d_1', () => 0)]);
    expect(made.description).toBe('2 feature maps of conv2d_1, 4 x 4 pixels. 1 of them dead (one value only): 7.');
    expect(made.axes.map((one) => one!.dead)).toEqual([false, true]);
    expect(featureGrid([channel(7, 'conv2d_1', () => 0)], { markDead: false }).axes[0]!.dead).toBe(false);
  });

  it('shares limits where asked', () => {
    const maps = [channel(0), channel(1, 'conv2d_1', (i) => 2 * i)];
    const [first] = featureGrid(maps, { shareLimits: true }).axes;
    expect(first!.image!.data).toEqual(colorize(maps[0]!, { norm: normalize({ vmin: 0, vmax: 30 }) }).data);
    expect(featureGrid(maps).axes[0]!.image!.data).toEqual(colorize(maps[0]!, { colormap: viridis }).data);
  });

  it('refuses no maps and too few cells', () => {
    expect(thrown(() => featureGrid([])).message).toBe('The grid was given []; it needs at least one map, as sliceChannels returns them.');
    expect(thrown(() => featureGrid([channel(0), channel(1)], { rows: 1, columns: 1 }))).toMatchObject({ code: 'shape' });
  });
});

describe('layerGrid', () => {
  it('is the 2 x 4 of the lesson for eight layers', () => {
    const made = layerGrid(Array.from({ length: 8 }, (_, i) => channel(29, `layer_${i}`)));
    expect(made).toMatchObject({ rows: 2, columns: 4, figsize: [12, 8], layout: 'subplots' });
    expect(made.axes[5]).toMatchObject({ title: 'layer_5', ticks: 'bottom', mirrorTicks: false });
  });
});
