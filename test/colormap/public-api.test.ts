import { expect, it } from 'vitest';
import * as all from '../../src/colormap/all';
import * as entry from '../../src/colormap/index';
import { readJSON } from './fixtures';

const names = Object.keys(readJSON<object>('tables.json'));

it('activation-lens/colormap exports the colormaps and this', () => {
  expect(Object.keys(entry).sort()).toEqual(
    [
      ...names,
      'binEdges',
      'boundaryNorm',
      'centeredNorm',
      'colorize',
      'colorizeChannels',
      'createColormap',
      'createNorm',
      'floatKey',
      'funcNorm',
      'keyFloat',
      'linearSegmented',
      'listed',
      'logNorm',
      'normalize',
      'palette',
      'parseColor',
      'percentileNorm',
      'percentiles',
      'powerNorm',
      'reversed',
      'sharedLimits',
      'symLogNorm',
      'twoSlopeNorm',
      'withAlpha',
      'withLimits',
    ].sort(),
  );
});

it('activation-lens/colormaps exports the colormaps and their record', () => {
  expect(Object.keys(all).sort()).toEqual([...names, 'colormaps'].sort());
  expect(all.colormaps.viridis).toBe(entry.viridis);
});
