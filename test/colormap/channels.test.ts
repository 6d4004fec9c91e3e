import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  centeredNorm,
  colorize,
  colorizeChannels,
  logNorm,
  magma,
  normalize,
  percentileNorm,
  powerNorm,
  symLogNorm,
  tab10,
  viridis,
} from '../../src/colormap/index';
import { montage } from '../../src/image/montage';
import { random, thrown } from './fixtures';

interface Block {
  data: Float32Array;
  shape: readonly [batch: number, height: number, width: number, channels: number];
}

/** The maps that colorizeChannels does without. */
function slices({ data, shape: [, height, width, channels] }: Block, wanted: readonly number[], batch = 0) {
  const start = batch * height * width * channels;
  return wanted.map((channel) => ({
    width,
    height,
    data: Float32Array.from({ length: width * height }, (_, i) => data[start + i * channels + channel]!),
  }));
}

const every = (channels: number): number[] => Array.from({ length: channels }, (_, i) => i);

describe('colorizeChannels', () => {
  it('draws what montage draws of the slices', () => {
    const next = random(12);
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, 3e38, 0];
    const norms = [
      normalize(),
      normalize({ vmin: 0.1, vmax: 0.8 }),
      normalize({ vmin: 0.5, vmax: 0.5 }),
      normalize({ vmin: 0.2, vmax: 0.6, clip: true }),
      centeredNorm(),
      percentileNorm(),
      symLogNorm({ linthresh: 0.1 }),
      powerNorm({ gamma: 0.5 }),
    ];
    const kinds = [
      () => next() - 0.5,
      () => Math.max(0, next() - 0.5),
      () => Math.round(next() * 4),
      () => (next() - 0.5) * 1e-39,
      () => next() * 1e30,
    ];
    for (let round = 0; round < 150; round++) {
      const upTo = (most: number): number => 1 + Math.floor(next() * most);
      const [batches, height, width, channels] = [upTo(2), upTo(24), upTo(24), upTo(round % 10 === 0 ? 140 : 11)];
      const kind = kinds[round % kinds.length]!;
      const data = Float32Array.from({ length: batches * height * width * channels }, kind);
      for (let channel = 0; channel < channels; channel++) {
        const dice = next();
        if (dice < 0.1) for (let i = channel; i < data.length; i += channels) data[i] = odd[round % odd.length]!;
        else if (dice < 0.2) data[Math.floor(next() * batches * height * width) * channels + channel] = odd[round % odd.length]!;
      }
      const block: Block = { data, shape: [batches, height, width, channels] };
      const wanted = next() < 0.5 ? undefined : Array.from({ length: upTo(channels) }, () => Math.floor(next() * channels));
      const batch = Math.floor(next() * batches);
      const options = {
        norm: norms[Math.floor(next() * norms.length)]!,
        colormap: [viridis, tab10][round % 2]!,
        shareLimits: next() < 0.3,
        gap: Math.floor(next() * 4),
        background: [1, 2, 3, 4] as const,
        ...(next() < 0.5 ? { columns: upTo(channels) } : {}),
      };
      const drawn = colorizeChannels(block, { ...options, channels: wanted, batch });
      const expected = montage(slices(block, wanted ?? every(channels), batch), options);
      expect([drawn.width, drawn.height], `round ${round}`).toEqual([expected.width, expected.height]);
      expect(Buffer.compare(Buffer.from(drawn.data), Buffer.from(expected.data)), `round ${round}`).toBe(0);
    }
  });

  it('takes [height, width, channels] as well, and an out', () => {
    const data = Float32Array.from({ length: 4 * 5 * 6 }, (_, i) => Math.sin(i));
    const one = colorizeChannels({ data, shape: [4, 5, 6] });
    const out = { width: one.width, height: one.height, data: new Uint8ClampedArray(one.data.length).fill(9) };
    expect(colorizeChannels({ data, shape: [1, 4, 5, 6] }, { out })).toBe(out);
    expect(out.data).toEqual(one.data);
    const crooked = { ...out, data: new Uint8ClampedArray(new ArrayBuffer(one.data.length + 1), 1) };
    expect(colorizeChannels({ data, shape: [4, 5, 6] }, { out: crooked }).data).toEqual(one.data);
  });

  it('colours one channel as colorize does', () => {
    const data = Float32Array.from({ length: 7 * 3 * 2 }, (_, i) => Math.exp(Math.sin(i)));
    const block: Block = { data, shape: [1, 7, 3, 2] };
    for (const norm of [normalize(), logNorm()]) {
      const drawn = colorizeChannels(block, { channels: [1], norm, colormap: magma });
      expect(drawn).toEqual(colorize(slices(block, [1])[0]!, { norm, colormap: magma }));
    }
  });

  it.each([
    [() => colorizeChannels({ data: new Float32Array(4), shape: [2, 2] }), 'shape', "The activation's shape is [2, 2]; it must be"],
    [() => colorizeChannels({ data: new Float32Array(0), shape: [2, 2, 0] }), 'shape', "The activation's shape is [2, 2, 0]; it must be"],
    [
      () => colorizeChannels({ data: new Float32Array(11), shape: [2, 2, 3] }),
      'shape',
      "The activation's data is Float32Array(11); shape [2, 2, 3] needs a Float32Array of 12.",
    ],
    [
      () => colorizeChannels({ data: new Float32Array(12), shape: [2, 2, 3] }, { channels: [0, 3] }),
      'channel-range',
      'There is no channel 3; this activation has 3, counted from 0.',
    ],
    [
      () => colorizeChannels({ data: new Float32Array(12), shape: [2, 2, 3] }, { channels: [] }),
      'shape',
      'channels is an empty list; leave it out for all, or name at least one.',
    ],
    [
      () => colorizeChannels({ data: new Float32Array(12), shape: [2, 2, 3] }, { batch: 1 }),
      'channel-range',
      'batch is 1; this activation has 1, counted from 0.',
    ],
    [
      () => colorizeChannels({ data: new Float32Array(12), shape: [2, 2, 3] }, { columns: 0 }),
      'shape',
      'columns is 0; it must be an integer',
    ],
    [
      () => colorizeChannels({ data: new Float32Array(12), shape: [2, 2, 3] }, { gap: -1 }),
      'shape',
      'gap is -1; it must be an integer of at least 0.',
    ],
    [
      () =>
        colorizeChannels(
          { data: new Float32Array(12), shape: [2, 2, 3] },
          { out: { width: 2, height: 2, data: new Uint8ClampedArray(16) } },
        ),
      'shape',
      'out is 2 x 2 with 16 bytes; the picture is 8 x 2 and needs 64.',
    ],
  ])('refuses with a sentence: %#', (call, code, text) => {
    const error = thrown(call);
    expect(error.message).toContain(text);
    expect(error.code).toBe(code);
  });
});

const LESSON = new URL('../../../shared/lesson/expected/', import.meta.url);
const present = existsSync(LESSON);
if (!present) console.warn("skipped: 2 tests of the lesson's maps; its files are not at ../shared/lesson");

describe.skipIf(!present)('the lesson', () => {
  const files = present ? readdirSync(LESSON) : [];
  const open = (name: string): { shape: number[]; bytes: Uint8Array } => {
    const file = readFileSync(new URL(name, LESSON));
    const start = 10 + file.readUInt16LE(8);
    const shape = /'shape': \(([^)]*)\)/
      .exec(file.toString('latin1', 10, start))![1]!
      .split(',')
      .filter((size) => size.trim());
    return { shape: shape.map(Number), bytes: Uint8Array.from(file.subarray(start)) };
  };
  const layers = files.filter((name) => /^\d_.*\.npy$/.test(name) && !name.includes('_ch'));
  const read = (name: string): Block => {
    const { shape, bytes } = open(name);
    return { shape: shape as never, data: new Float32Array(bytes.buffer) };
  };

  it("has matplotlib's bytes in every map that was kept", () => {
    const kept = files.filter((name) => name.endsWith('_viridis.npy'));
    expect(kept.length).toBeGreaterThan(9);
    for (const name of kept) {
      const [, layer, channel] = /^(.*)_ch(\d+)_viridis\.npy$/.exec(name)!;
      const [map] = slices(read(`${layer}.npy`), [Number(channel)]);
      expect(Buffer.compare(Buffer.from(colorize(map!).data), open(name).bytes), name).toBe(0);
    }
  });

  it('has the same bytes in all its maps at once', () => {
    expect(layers).toHaveLength(8);
    for (const name of layers) {
      const block = read(name);
      const expected = montage(slices(block, every(block.shape[3])));
      expect(Buffer.compare(Buffer.from(colorizeChannels(block).data), Buffer.from(expected.data)), name).toBe(0);
    }
  });
});
