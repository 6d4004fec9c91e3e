import type { RGBAImage } from '../../image/types';

/** How many colours a sixel picture may have. */
const registers = 256;
/** So many of the lowest bits of a channel may be lost before rare colours are left out instead. */
const mostBits = 4;

/**
 * At most 256 colours; indices of -1 are transparent. A picture that has no more keeps its own. Else colours that differ in the lowest bits
 * of their channels only become one, their mean, in as few bits as it takes; and as many of the most frequent as there are registers left
 * stay exact. Where four bits are not enough, as in photographs, the most frequent groups are kept, and all other pixels take the nearest.
 */
export function quantize(image: RGBAImage): { indices: Int16Array; colors: readonly Color[] } {
  const exact = gather(image, 0);
  let bits = 0;
  let groups = exact;
  while (groups.size > registers && bits < mostBits) groups = gather(image, ++bits);
  const shared = mostFrequent(groups, registers);
  const single = bits === 0 ? [] : mostFrequent(exact, registers - shared.length);
  const colors = [...single, ...shared].map(([, group]) => mean(group));
  const places = new Map(shared.map(([key], i) => [key, single.length + i]));
  const nearest = new Map([...groups].map(([key, group]) => [key, places.get(key) ?? nearestOf(mean(group), colors)]));
  const own = new Map(single.map(([key], i) => [key, i]));
  const indices = new Int16Array(image.width * image.height);
  for (let i = 0; i < indices.length; i++) indices[i] = own.get(keyOf(image, i * 4, 0)) ?? nearest.get(keyOf(image, i * 4, bits)) ?? -1;
  return { indices, colors };
}

type Color = readonly [number, number, number];
interface Group {
  readonly sum: [number, number, number];
  count: number;
}

/** The pixel's colour without the lowest `bits` of each channel; -1 where it is more transparent than not. */
const keyOf = ({ data }: RGBAImage, at: number, bits: number): number =>
  data[at + 3]! < 128 ? -1 : ((data[at]! >> bits) << 16) | ((data[at + 1]! >> bits) << 8) | (data[at + 2]! >> bits);

function gather(image: RGBAImage, bits: number): Map<number, Group> {
  const { data } = image;
  const groups = new Map<number, Group>();
  for (let at = 0; at < data.length; at += 4) {
    const key = keyOf(image, at, bits);
    if (key < 0) continue;
    let group = groups.get(key);
    if (group === undefined) {
      group = { sum: [0, 0, 0], count: 0 };
      groups.set(key, group);
    }
    for (let k = 0; k < 3; k++) group.sum[k]! += data[at + k]!;
    group.count++;
  }
  return groups;
}

const mostFrequent = (groups: ReadonlyMap<number, Group>, most: number): [number, Group][] =>
  [...groups].sort(([a, one], [b, other]) => other.count - one.count || a - b).slice(0, most);

const mean = ({ sum, count }: Group): Color => [sum[0] / count, sum[1] / count, sum[2] / count];

function nearestOf([red, green, blue]: Color, colors: readonly Color[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, [r, g, b]] of colors.entries()) {
    const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (distance >= least) continue;
    least = distance;
    best = i;
  }
  return best;
}
