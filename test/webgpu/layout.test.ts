import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultColumns } from '../../src/image/montage';
import { fitPanels, flowPanels, nearestSource, pick } from '../../src/webgpu/layout';

const options = { gap: 1, panelGap: 8 };

describe('where maps go', () => {
  it('flows like words, as wide as the widest panel', () => {
    const sets = [
      { width: 10, height: 5, count: 4 },
      { width: 3, height: 3, count: 2 },
      { width: 4, height: 6, count: 1 },
      { width: 6, height: 2, count: 2 },
    ];
    const { width, height, panels } = flowPanels(sets, 1, () => 2, options);
    expect(panels.map(({ x, y, width, height }) => [x, y, width, height])).toEqual([
      [0, 0, 21, 11],
      [0, 19, 7, 3],
      [15, 19, 4, 6],
      [0, 33, 13, 2],
    ]);
    expect([width, height]).toEqual([21, 35]);
  });

  it('makes a single panel as large as montage makes its picture', () => {
    const { width, height, panels } = flowPanels([{ width: 7, height: 5, count: 32 }], 3, defaultColumns, { gap: 2, panelGap: 8 });
    expect(panels[0]).toMatchObject({ columns: 8, cellWidth: 21, cellHeight: 15 });
    expect([width, height]).toEqual([8 * 21 + 7 * 2, 4 * 15 + 3 * 2]);
  });

  it('keeps everything on the target, without overlaps, when it fits', () => {
    const set = fc.record({
      width: fc.integer({ min: 1, max: 60 }),
      height: fc.integer({ min: 1, max: 60 }),
      count: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(
        fc.array(set, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 300, max: 900 }),
        fc.integer({ min: 300, max: 900 }),
        (sets, width, height) => {
          const { panels } = fitPanels(sets, width, height, options);
          panels.forEach((a, i) => {
            expect(a.cellWidth).toBeGreaterThanOrEqual(1);
            expect(a.x + a.width).toBeLessThanOrEqual(width);
            expect(a.y + a.height).toBeLessThanOrEqual(height);
            for (const b of panels.slice(i + 1)) {
              const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
              expect(apart).toBe(true);
            }
          });
        },
      ),
    );
  });

  it('fills a landscape target with a landscape grid', () => {
    const { panels } = fitPanels([{ width: 10, height: 10, count: 32 }], 800, 400, options);
    expect(panels[0]).toMatchObject({ columns: 8, cellWidth: 99, cellHeight: 99 });
  });

  it('picks each value of each map where it is drawn', () => {
    const sets = [
      { width: 5, height: 3, count: 3 },
      { width: 2, height: 2, count: 1 },
    ];
    const layout = flowPanels(sets, 2, () => 2, { gap: 1, panelGap: 4 });
    const seen = new Set<string>();
    for (let y = -1; y <= layout.height; y++) {
      for (let x = -1; x <= layout.width; x++) {
        const found = pick(layout, sets, x, y);
        if (found) seen.add(JSON.stringify(found));
      }
    }
    expect(seen.size).toBe(5 * 3 * 3 + 2 * 2);
  });

  it('takes the value whose square the middle of a pixel lies in', () => {
    expect(Array.from({ length: 3 }, (_, x) => nearestSource(x, 3, 6))).toEqual([1, 3, 5]);
    expect(Array.from({ length: 4 }, (_, x) => nearestSource(x, 4, 2))).toEqual([0, 0, 1, 1]);
    expect(nearestSource(0, 1, 9)).toBe(4);
  });
});
