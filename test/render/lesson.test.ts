import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Figure, featureGrid, layerGrid, mapFigure } from '../../src/figure';
import { decodeNpy } from '../../src/npy';
import { pngRenderer } from '../../src/render';
import { decode } from './decode';
import { firstDifference, imagesOf } from './scene';

const folder = new URL('../../../shared/lesson/expected/', import.meta.url);
const present = existsSync(folder);
if (!present) process.stderr.write("SKIPPED 4 tests of test/render/lesson.test.ts: the lesson's files are not beside the repository\n");

describe.skipIf(!present)("the lesson's four figures beside matplotlib's", () => {
  const layers = present
    ? readdirSync(folder)
        .filter((name) => /^\d_\w+_\d\.npy$/.test(name))
        .sort()
        .map((file) => ({ name: file.slice(2, -4), ...decodeNpy(readFileSync(new URL(file, folder))) }))
    : [];
  const channelOf = ({ name, shape, data }: (typeof layers)[number], channel: number) => {
    const [, height, width, channels] = shape as [number, number, number, number];
    const values = Float32Array.from({ length: width * height }, (_, i) => Number(data[i * channels + channel]));
    return { width, height, data: values, channel, layer: { name } };
  };
  const first = (channel: number) => channelOf(layers[0]!, channel);
  const figures: Record<string, () => Figure> = {
    fig_layer0_ch3: () => mapFigure(first(3)),
    fig_layer0_ch30: () => mapFigure(first(30), { dead: false }),
    fig_layer0_all: () => featureGrid(Array.from({ length: 32 }, (_, i) => first(i)), { markDead: false }), // biome-ignore format: one line
    fig_ch29_all_layers: () => layerGrid(layers.map((layer) => channelOf(layer, 29)), { markDead: false }), // biome-ignore format: one line
  };

  for (const [name, make] of Object.entries(figures)) {
    it(`${name}: the pixels of every picture are the same, and nearly all others`, async () => {
      const one = make();
      const ours = decode(await pngRenderer.render(one));
      const theirs = decode(readFileSync(new URL(`${name}.png`, folder)));
      expect([ours.width, ours.height]).toEqual([theirs.width, theirs.height]);
      for (const mark of imagesOf(one)) expect(firstDifference(ours, theirs, mark), `axes ${mark.axes}`).toBe(-1);
      // What is left are letters: matplotlib hints its glyphs, we fit them to whole pixels.
      let different = 0;
      for (let i = 0; i < ours.data.length; i += 4) if (Math.abs(ours.data[i]! - theirs.data[i]!) > 48) different++;
      expect(different / (ours.width * ours.height)).toBeLessThan(0.012);
    });
  }
});
