import type { ChannelStatistics } from 'activation-lens';
import type { LayerView } from './protocol';
import type { Sort, View } from './state';

/** What channels are sorted by, and what a tile says about its channel. */
export const MEASURES: Readonly<Record<Sort, (statistics: ChannelStatistics) => number>> = {
  index: ({ channel }) => -channel,
  mean: ({ mean }) => mean,
  max: ({ max }) => max,
  sparsity: ({ zeros }) => zeros,
};

/** The channels to show, in order: by number, or the largest first and NaN last. */
export function channelOrder({ sort, hideDead }: View, { statistics, kind }: LayerView): number[] {
  const measure = MEASURES[sort];
  const key = (one: ChannelStatistics) => {
    const value = measure(one);
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
  };
  return statistics
    .map((one, position) => ({ position, key: key(one), dead: one.dead }))
    .filter(({ dead }) => !(hideDead && dead && kind === 'maps'))
    .sort((a, b) => b.key - a.key || a.position - b.position)
    .map(({ position }) => position);
}
