import { ActivationLensError, type ErrorCode } from './errors';

/** Throws `code` with `message` (built only then) unless `condition` holds. */
export function check(condition: unknown, code: ErrorCode, message: () => string, details?: Record<string, unknown>): asserts condition {
  if (!condition) throw new ActivationLensError(code, message(), details === undefined ? {} : { details });
}

/** Throws `aborted` when `signal` is. `doing` completes the sentence "Aborted while ...". */
export function checkNotAborted(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted) throw new ActivationLensError('aborted', `Aborted while ${doing}.`, { cause: signal.reason });
}

/** Throws `shape` unless `value` is an integer of at least `minimum`. */
export function checkInteger(value: unknown, name: string, minimum = 1): asserts value is number {
  check(
    Number.isInteger(value) && (value as number) >= minimum,
    'shape',
    () => `${name} is ${describe(value)}; it must be an integer of at least ${minimum}.`,
    { [name]: value },
  );
}

/** A short rendering of any value for an error message. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 57)}...` : value}'`;
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.slice(0, 8).map(describe).join(', ')}${value.length > 8 ? ', ...' : ''}]`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${(value as unknown as ArrayLike<unknown>).length ?? value.byteLength})`;
  return typeof value === 'function' ? 'a function' : `a ${(value as object).constructor?.name ?? 'plain object'}`;
}

/**
 * The three candidates most like `wanted`, nearest first, by edit distance; only ones that could be a slip of the pen, in at most `share` of its
 * letters.
 */
export function nearest(wanted: string, candidates: Iterable<string>, share = 1 / 2): string[] {
  const limit = Math.max(2, Math.ceil(wanted.length * share));
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: editDistance(wanted.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
