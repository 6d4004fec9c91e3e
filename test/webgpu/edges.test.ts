import { afterAll, describe, expect, it } from 'vitest';
import { binEdges } from '../../src/colormap/edges';
import { centeredNorm } from '../../src/colormap/norms/centered';
import { normalize } from '../../src/colormap/norms/normalize';
import type { Norm } from '../../src/colormap/types';
import { edgeFunctions } from '../../src/webgpu/edges.wgsl';
import { exactSums, floatKeys } from '../../src/webgpu/exact.wgsl';
import { BufferBag, FixedPass } from '../../src/webgpu/pass';
import { computePipeline } from '../../src/webgpu/pipelines';
import { scaleStruct } from '../../src/webgpu/scale.wgsl';
import { rowThresholds } from '../../src/webgpu/thresholds';
import { openDawn } from './dawn';
import { checked, openDevice, random, readBuffer, runPicture } from './harness';

const { gpu, reason } = await openDawn();
const device = gpu ? await openDevice(gpu) : undefined;
const plain = gpu ? await openDevice(gpu, []) : undefined;

const next = random(5);
const word = new DataView(new ArrayBuffer(4));
/** Any finite float32, all exponents alike. */
function anyFloat(): number {
  for (;;) {
    word.setUint32(0, Math.floor(next() * 2 ** 32));
    const value = word.getFloat32(0);
    if (Number.isFinite(value)) return value;
  }
}
const ordinary = () => Math.fround((next() - 0.3) * 10 ** Math.floor(next() * 8 - 4));
const neighbour = (value: number) => Math.fround(value + Math.abs(value) * 2 ** -22 * Math.ceil(next() * 8));
const tiny = () => (Math.floor(next() * 4000) - 2000) * 2 ** -149;

const FLT_MAX = 3.4028234663852886e38;
const special: [number, number][] = [
  [0, 1],
  [-1, 1],
  [0, 0],
  [-0, 0],
  [2, 2],
  [-0, 2 ** -149],
  [2 ** -149, 2 ** -148],
  [-FLT_MAX, FLT_MAX],
  [0, FLT_MAX],
  [-FLT_MAX, 0],
  [FLT_MAX / 2, FLT_MAX],
  [-(2 ** -126), 2 ** -126],
  [0, 2 ** -126],
  [0, 255],
  [1, 1 + 2 ** -23],
  [-1e30, 1e-30],
  [1e-30, 1e30],
  [-(2 ** -149), FLT_MAX],
  [0, Number.POSITIVE_INFINITY],
  [-3e38, Number.POSITIVE_INFINITY],
  [3e38, Number.POSITIVE_INFINITY],
  [Number.NEGATIVE_INFINITY, 1],
  [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  [Number.NaN, 1],
  [1, Number.NaN],
  [Number.NaN, Number.NaN],
];

type Given = { vmin?: number; vmax?: number; center?: number };

describe.skipIf(!gpu)(`edges made on the GPU${reason ? ` (${reason})` : ''}`, () => {
  afterAll(() => {
    device?.destroy();
    plain?.destroy();
  });

  /** One channel a pair, so that each scale is of one pair's limits; then every edge of every scale. */
  async function edgesFor(pairs: readonly [number, number][], rows: number, given: Given = {}, on = device!) {
    const data = new Float32Array(pairs.length * 2);
    pairs.forEach(([a, b], i) => {
      data[i] = a;
      data[pairs.length + i] = b;
    });
    const input = { width: 1, height: 2, channels: pairs.length, data };
    const { scales } = await runPicture(on, [input], {
      scale: { kind: 'linear', share: 'none', ...given },
      palette: new Uint8Array((rows + 4) * 4),
    });
    const edges = await checked(on, async () => {
      const bag = new BufferBag(on);
      const out = bag.empty('edges', pairs.length * (rows + 3) * 4, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
      const code = `${floatKeys}${exactSums}${scaleStruct}
        const ROWS: u32 = ${rows}u;
        @group(0) @binding(0) var<storage, read> scales: array<Scale>;
        @group(0) @binding(1) var<storage, read> thresholds: array<Threshold>;
        @group(0) @binding(2) var<storage, read_write> edges: array<i32>;
        ${edgeFunctions}
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
          if (id.x < ROWS + 3u) { edges[id.y * (ROWS + 3u) + id.x] = edge(scales[id.y], id.x); }
        }`;
      const pipeline = computePipeline(on, `edges test ${rows}`, () => code);
      const buffers = [bag.storage('scales', scales), bag.storage('thresholds', rowThresholds(rows)), out];
      const encoder = on.createCommandEncoder();
      const pass = encoder.beginComputePass();
      new FixedPass(on, pipeline, buffers, [Math.ceil((rows + 3) / 64), pairs.length]).dispatch(pass);
      pass.end();
      on.queue.submit([encoder.finish()]);
      const words = new Int32Array(await readBuffer(on, out));
      bag.destroy();
      return words;
    });
    return pairs.map((_, i) => edges.slice(i * (rows + 3), (i + 1) * (rows + 3)));
  }

  const check = (pairs: readonly [number, number][], rows: number, given: Given = {}, on = device!) =>
    compare(pairs, rows, normalize(given), given, on);

  const compare = async (pairs: readonly [number, number][], rows: number, norm: Norm, given: Given, on = device!) => {
    const made = await edgesFor(pairs, rows, given, on);
    const wrong: unknown[] = [];
    pairs.forEach((pair, i) => {
      const limits = norm.limits(Float32Array.from(pair));
      const { keys } = binEdges(norm, limits, rows);
      const differs = keys.findIndex((key, k) => key !== made[i]![k]);
      if (differs >= 0) wrong.push({ pair, limits, differs, expected: keys[differs], got: made[i]![differs] });
    });
    expect(wrong).toEqual([]);
  };

  const rows = [8, 9, 10, 12, 20, 256, 510];

  it.each(rows)('are those of the CPU at every kind of limits: %i rows', async (count) => {
    await check(special, count);
  });

  it.each(rows)('are those of the CPU at random limits: %i rows', async (count) => {
    const sorted = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a]);
    const pairs = Array.from({ length: 160 }, (_, i): [number, number] => {
      if (i % 4 === 0) return sorted(anyFloat(), anyFloat());
      if (i % 4 === 1) return sorted(ordinary(), ordinary());
      if (i % 4 === 2) return sorted(tiny(), tiny());
      const value = ordinary();
      return sorted(value, neighbour(value));
    });
    await check(pairs, count);
  });

  it.each([[{ vmin: 0 }], [{ vmin: -0.1 }], [{ vmin: 1e-300 }], [{ vmin: -1 / 3 }], [{ vmin: -1e39 }], [{ vmin: -123456.789e-12 }]])(
    'are those of the CPU when %j is given',
    async (given) => {
      const values = Array.from({ length: 120 }, () => Math.abs(next() < 0.5 ? ordinary() : anyFloat()));
      await check(
        values.filter((value) => value > (given.vmin ?? 0)).map((value) => [value, value]),
        256,
        given,
      );
    },
  );

  it.each([[{ vmax: 0 }], [{ vmax: 0.1 }], [{ vmax: 1e39 }], [{ vmax: 7 / 3 }]])('are those of the CPU when %j is given', async (given) => {
    const values = Array.from({ length: 120 }, () => -Math.abs(next() < 0.5 ? ordinary() : anyFloat()));
    await check(
      values.map((value) => [value, value]),
      256,
      given,
    );
  });

  it.each([0, 0.5, -3, 0.1, 1e-3, -12345.678, 1e30, 1.5 * 2 ** -55].map(Math.fround))('are those of the CPU around %f', async (center) => {
    const norm = centeredNorm({ vcenter: center });
    const pairs = [
      ...special,
      ...Array.from({ length: 60 }, (_, i): [number, number] => [ordinary() + (i % 2 ? center : 0), i % 3 ? ordinary() : anyFloat()]),
    ];
    await compare(pairs, 256, norm, { center });
  });

  it('are the same without subgroups', async () => {
    expect(plain!.features.has('subgroups' as GPUFeatureName)).toBe(false);
    await check(special, 256, {}, plain!);
  });
});
