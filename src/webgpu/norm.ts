import { binEdges } from '../colormap/edges';
import { centeredNorm } from '../colormap/norms/centered';
import { normalize } from '../colormap/norms/normalize';
import type { Limits, Norm } from '../colormap/types';
import { ActivationLensError } from '../errors';
import type { EdgesScale, LinearScale, Share } from './picture';

/** How the GPU goes about a norm: in arithmetic, by edges found on the CPU, or not before its limits have been measured. */
export type NormPlan = Omit<LinearScale, 'share'> | Omit<EdgesScale, 'share'> | { readonly kind: 'measure' };

/** Extents that tell one norm's `fromExtent` from another's. */
const PROBES: readonly Limits[] = [
  { vmin: -3e38, vmax: 3e38 },
  { vmin: -2e38, vmax: 2.5e38 },
  { vmin: -2.75e38, vmax: 1e38 },
  { vmin: -1.5e38, vmax: 3.25e38 },
  { vmin: Number.NaN, vmax: Number.NaN },
].map(({ vmin, vmax }) => ({ vmin: Math.fround(vmin), vmax: Math.fround(vmax) }));
const CENTER_PROBES: readonly Limits[] = [
  ...PROBES,
  ...[
    [-1, 1],
    [0, 0],
    [-0.1, 7.3],
    [-1234.5, 3e-7],
    [5e-30, 6e30],
  ].map(([vmin, vmax]) => ({ vmin: Math.fround(vmin!), vmax: Math.fround(vmax!) })),
];

/** How the GPU can colour by this norm for a colormap of `rows` rows. */
export function planNorm(norm: Norm, rows: number): NormPlan {
  const fixed = fixedLimits(norm);
  if (norm.linear && fixed && Number.isFinite(fixed.vmin) && Number.isFinite(fixed.vmax)) return { kind: 'linear', ...fixed };
  if (fixed) return { kind: 'edges', tables: [binEdges(norm, fixed, rows)] };
  const { fromExtent } = norm;
  if (!norm.linear || !fromExtent) return { kind: 'measure' };
  return plain(fromExtent) ?? centered(fromExtent) ?? { kind: 'measure' };
}

/** The error for a norm that a frame without readback cannot have. */
export function needsLimits(): ActivationLensError {
  return new ActivationLensError(
    'backend',
    "This norm takes its limits from the values in a way that the GPU has no exact arithmetic for (only normalize and centeredNorm do). Give it limits (logNorm({ vmin: 0.01, vmax: 10 })), or call 'await renderer.autoscale(activations)' once: it reads these activations back, and later frames keep their limits.",
  );
}

/** Tables of edges for limits that have been measured. */
export function edgesFor(norm: Norm, limits: readonly Limits[], rows: number, share: Share): EdgesScale {
  return { kind: 'edges', share, tables: limits.map((each) => binEdges(norm, each, rows)) };
}

/** Limits that do not depend on the data. */
function fixedLimits(norm: Norm): Limits | undefined {
  try {
    const [first, ...others] = [[], [0, 1], [5, 77]].map((data) => norm.limits(Float32Array.from(data)));
    return others.every((other) => equal(other, first!)) ? first : undefined;
  } catch {
    return undefined;
  }
}

/** `normalize`, with or without one of its limits, and whatever computes them alike. */
function plain(fromExtent: (extent: Limits) => Limits): NormPlan | undefined {
  const [a, b] = [0, 1].map((i) => attempt(fromExtent, PROBES[i]!));
  if (!a || !b) return undefined;
  const options = {
    ...(a.vmin === b.vmin && { vmin: a.vmin }),
    ...(a.vmax === b.vmax && { vmax: a.vmax }),
  };
  if (!Object.values(options).every(Number.isFinite)) return undefined;
  return agrees(fromExtent, normalize(options), PROBES) ? { kind: 'linear', ...options } : undefined;
}

/** `centeredNorm` around a float32, and whatever computes its limits alike. */
function centered(fromExtent: (extent: Limits) => Limits): NormPlan | undefined {
  const point = attempt(fromExtent, { vmin: 0, vmax: 0 });
  if (!point) return undefined;
  const center = (point.vmin + point.vmax) / 2;
  if (Math.fround(center) !== center) return undefined;
  return agrees(fromExtent, centeredNorm({ vcenter: center }), CENTER_PROBES) ? { kind: 'linear', center } : undefined;
}

function agrees(fromExtent: (extent: Limits) => Limits, model: Norm, probes: readonly Limits[]): boolean {
  return probes.every((probe) => {
    const expected = attempt(model.fromExtent!, probe);
    const got = attempt(fromExtent, probe);
    return expected && got ? equal(expected, got) : expected === got;
  });
}

function attempt(fromExtent: (extent: Limits) => Limits, extent: Limits): Limits | undefined {
  try {
    return fromExtent(extent);
  } catch {
    return undefined;
  }
}

function equal(a: Limits, b: Limits): boolean {
  return same(a.vmin, b.vmin) && same(a.vmax, b.vmax);
}

/** -0 and 0 are the same limit; NaN is one, too. */
function same(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}
