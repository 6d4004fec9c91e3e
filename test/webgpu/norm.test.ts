import { describe, expect, it } from 'vitest';
import * as colors from '../../src/colormap/index';
import type { Limits, Norm } from '../../src/colormap/types';
import { planNorm } from '../../src/webgpu/norm';

const kind = (norm: Norm) => planNorm(norm, 256);

describe('how the GPU goes about a norm', () => {
  it('finds the limits of normalize itself, those that are not given', () => {
    expect(kind(colors.normalize())).toEqual({ kind: 'linear' });
    expect(kind(colors.normalize({ vmin: 0 }))).toEqual({ kind: 'linear', vmin: 0 });
    expect(kind(colors.normalize({ vmax: -1 / 3 }))).toEqual({ kind: 'linear', vmax: -1 / 3 });
    expect(kind(colors.normalize({ vmin: 0.1, vmax: 0.2 }))).toEqual({ kind: 'linear', vmin: 0.1, vmax: 0.2 });
  });

  it('does the same for centeredNorm around a float32', () => {
    expect(kind(colors.centeredNorm())).toEqual({ kind: 'linear', center: 0 });
    expect(kind(colors.centeredNorm({ vcenter: -2.5 }))).toEqual({ kind: 'linear', center: -2.5 });
    expect(kind(colors.centeredNorm({ vcenter: 0.1 }))).toEqual({ kind: 'measure' });
    expect(kind(colors.centeredNorm({ vcenter: 0.1, halfrange: 2 })).kind).toBe('linear');
  });

  it('takes any other norm that has its limits by its edges', () => {
    for (const norm of [
      colors.powerNorm({ gamma: 2, vmin: 0, vmax: 1 }),
      colors.boundaryNorm({ boundaries: [0, 1, 2], ncolors: 256 }),
      colors.normalize({ vmin: 0, vmax: 1, clip: true }),
      colors.normalize({ vmin: 0, vmax: Number.POSITIVE_INFINITY }),
      colors.createNorm((x) => x / 2),
      colors.sharedLimits([{ data: Float32Array.of(1, 2) }], colors.powerNorm({ gamma: 2 })),
    ]) {
      expect(kind(norm).kind).toBe('edges');
    }
  });

  it('has to measure what depends on the values in other ways', () => {
    const strange = (fromExtent: (extent: Limits) => Limits): Norm => ({
      ...colors.normalize(),
      fromExtent,
      limits: (data) => fromExtent({ vmin: data[0]!, vmax: data[1]! }),
    });
    for (const norm of [
      colors.percentileNorm(),
      colors.logNorm(),
      colors.powerNorm({ gamma: 2 }),
      colors.normalize({ clip: true }),
      // The arithmetic of normalize, limits of its own.
      strange(({ vmin, vmax }) => ({ vmin: vmin * 2, vmax })),
      strange(({ vmin, vmax }) => ({ vmin, vmax: Math.min(vmax, 1e38) })),
      strange(({ vmin }) => ({ vmin, vmax: vmin + 1 })),
    ]) {
      expect(kind(norm)).toEqual({ kind: 'measure' });
    }
  });

  it('knows a norm by what it does, not by who made it', () => {
    const own: Norm = { ...colors.normalize(), fromExtent: ({ vmin, vmax }) => ({ vmin: Math.min(0, vmin) + Math.max(0, vmin), vmax }) };
    expect(kind(own)).toEqual({ kind: 'linear' });
  });
});
