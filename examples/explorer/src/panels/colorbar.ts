import type { LayerColoring } from '../coloring';
import { h } from '../dom';
import { short } from '../numbers';
import { colorAt, limitsOf } from './histogram';

const TICKS = [1, 0.75, 0.5, 0.25, 0];
const STEPS = 256;

/** Which colour is which value: the largest on top. */
export function colorbar(values: Float32Array, { colormap, norm }: LayerColoring): Node[] {
  const canvas = h('canvas', { width: 1, height: STEPS, 'aria-hidden': 'true' });
  const context = canvas.getContext('2d');
  for (let y = 0; context && y < STEPS; y++) {
    context.fillStyle = colorAt(colormap, (STEPS - 0.5 - y) / STEPS);
    context.fillRect(0, y, 1, 1);
  }
  const limits = limitsOf(norm, values);
  const ticks = limits === undefined ? [] : TICKS.map((position) => h('li', {}, short(norm.invert(position, limits))));
  return [canvas, h('ol', { 'aria-label': 'Colours from top to bottom stand for' }, ...ticks)];
}
