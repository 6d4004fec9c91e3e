import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  boundaryNorm,
  centeredNorm,
  funcNorm,
  logNorm,
  type Norm,
  normalize,
  percentileNorm,
  powerNorm,
  symLogNorm,
  twoSlopeNorm,
} from '../../src/colormap';
import { figure, imageAxes, layout } from '../../src/figure';
import { tickSpace } from '../../src/figure/axis';
import { colorbarTicks } from '../../src/figure/colorbar-ticks';

type Tick = [position: number, text: string];
const golden = JSON.parse(readFileSync(new URL('../fixtures/figure/colorbars.json', import.meta.url), 'utf8')) as Record<
  string,
  { major: Tick[]; minor: Tick[]; offset: string }
>;

const from = (low: number, high: number) => Array.from({ length: high - low + 1 }, (_, i) => low + i);

/** The norms of test/fixtures/figure/generate.py, in our words. */
const norms: Record<string, Norm> = {
  linear: normalize(),
  'linear small': normalize({ vmin: 0, vmax: 3e-7 }),
  centered: centeredNorm(),
  'centered elsewhere': centeredNorm({ vcenter: 2, halfrange: 0.5 }),
  percentile: percentileNorm(),
  func: funcNorm({ forward: Math.cbrt, inverse: (y) => y ** 3, vmin: -3, vmax: 7 }),
  'two-slope': twoSlopeNorm({ vcenter: 0, vmin: -1, vmax: 5 }),
  'two-slope steep': twoSlopeNorm({ vcenter: 100, vmin: -3, vmax: 7e4 }),
  symlog: symLogNorm({ linthresh: 1, vmin: -1000, vmax: 1000 }),
  'symlog small': symLogNorm({ linthresh: 0.03, vmin: -3, vmax: 7 }),
  'symlog base 2': symLogNorm({ linthresh: 1, vmin: -30, vmax: 70, base: 2 }),
  'symlog one side': symLogNorm({ linthresh: 1, vmin: 0, vmax: 5000 }),
  'symlog below': symLogNorm({ linthresh: 1, vmin: -5000, vmax: -3 }),
  'symlog wide': symLogNorm({ linthresh: 1e-6, vmin: -1e8, vmax: 1e9 }),
  log: logNorm({ vmin: 1e-3, vmax: 1e2 }),
  'log one decade': logNorm({ vmin: 3, vmax: 60 }),
  'log within a decade': logNorm({ vmin: 2, vmax: 7 }),
  'log short': logNorm({ vmin: 3, vmax: 6 }),
  'log wide': logNorm({ vmin: 1e-12, vmax: 1e8 }),
  power: powerNorm({ gamma: 0.5, vmin: 0, vmax: 4 }),
  'power 3': powerNorm({ gamma: 3, vmin: -1, vmax: 4 }),
  boundary: boundaryNorm({ boundaries: [0, 0.5, 10, 400] }),
  'boundary signed': boundaryNorm({ boundaries: [-1, -0.25, 0, 0.125, 7] }),
  'boundary many': boundaryNorm({ boundaries: from(0, 30) }),
  'boundary many signed': boundaryNorm({ boundaries: from(-13, 11) }),
};

const data = Float32Array.from({ length: 400 }, (_, i) => i / 40 - 3);

/** The ticks of the bar in a figure of 5 x `inches` inches. */
function ticksOf(norm: Norm, inches: number) {
  const one = figure({ figsize: [5, inches], axes: [imageAxes({ map: { width: 20, height: 20, data }, norm, colorbar: true })] });
  const { height } = layout(one).axes[0]!.colorbar!;
  return colorbarTicks(one.axes[0]!.colorbar!, tickSpace((height * 72) / one.dpi, one.fontSize, 'y'));
}

/** '10⁻³' as the golden file has it: '10^{−3}'. */
const spelled = (label: string) =>
  label.replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/, (raised) => `^{${[...raised].map((c) => (c === '⁻' ? '−' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(c))).join('')}}`);

describe("colorbarTicks stand where matplotlib's stand and say what they say", () => {
  it('for every case of the golden file', () => {
    expect(Object.keys(golden).sort()).toEqual(Object.keys(norms).flatMap((name) => [`${name}, 2 inches`, `${name}, 5 inches`]).sort()); // biome-ignore format: one line
  });

  for (const [name, expected] of Object.entries(golden)) {
    const [, which, inches] = /^(.*), (\d) inches$/.exec(name)!;
    it(name, () => {
      const { ticks, minor, offset } = ticksOf(norms[which!]!, Number(inches));
      const texts = (list: typeof ticks) => list.map(({ label }) => spelled(label));
      expect(texts(ticks)).toEqual(expected.major.map(([, text]) => text));
      expect(texts(minor)).toEqual(expected.minor.map(([, text]) => text));
      expect(offset).toBe(expected.offset);
      for (const [ours, theirs] of [
        [ticks, expected.major],
        [minor, expected.minor],
      ] as const) {
        // Within a colour of the table we go straight, matplotlib along the curve: a quarter of a colour at most.
        ours.forEach(({ position, value }, i) => {
          expect(Math.abs(position - theirs[i]![0]), `${value}`).toBeLessThan(0.25 / 256);
        });
      }
    });
  }
});
