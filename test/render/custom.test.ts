import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layerGrid, layout } from '../../src/figure';
import { ensureDist, ROOT } from '../dist';

// The example imports the package by its name, as a user does, and so runs what was built.
const out = mkdtempSync(path.join(tmpdir(), 'activation-lens-'));
beforeAll(ensureDist, 180_000);
afterAll(() => rmSync(out, { recursive: true }));

describe('examples/custom-renderer', () => {
  it("draws every layer with Observable Plot, where the library's own renderers draw it", async () => {
    const file = path.join(out, 'plot.html');
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(ROOT, 'examples/custom-renderer/run.mjs'), file]);
    expect(stdout).toContain('8 layers are in');
    const { document } = parseHTML(readFileSync(file, 'utf8'));
    const plots = [...document.querySelectorAll('figure > svg')];
    const names = [1, 2, 3, 4].flatMap((n) => [`conv2d_${n}`, `max_pooling2d_${n}`]);
    expect(plots.map((plot) => plot.getAttribute('aria-label'))).toEqual(names);
    expect(document.querySelector('figcaption')!.textContent).toBe('Channel 3 of every layer, drawn by Observable Plot');
    const sizes = [148, 74, 72, 36, 34, 17, 15, 7];
    const same = layerGrid(
      sizes.map((size, i) => ({ width: size, height: size, data: new Float32Array(size * size), channel: 3, layer: { name: names[i]! } })),
    );
    plots.forEach((plot, i) => {
      const { frame } = layout(same).axes[i]!;
      const image = plot.querySelector('image')!;
      const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => Number(image.getAttribute(name)));
      const [left, top] = ['left', 'top'].map((name) => Number(new RegExp(`${name}:([\\d.]+)px`).exec(plot.getAttribute('style')!)![1]));
      expect(left! + x!).toBeCloseTo(frame.x, 0);
      expect(top! + y!).toBeCloseTo(frame.y, 0);
      expect(width).toBeCloseTo(frame.width, 6);
      expect(height).toBeCloseTo(frame.height, 6);
      expect(image.getAttribute('href')).toMatch(/^data:image\/png;base64,/);
    });
  }, 60_000);
});
