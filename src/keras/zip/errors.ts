import { ActivationLensError } from '../../errors';
import type { ByteSource } from '../source';

/** The error for bytes that break the format. */
export function corrupt(source: ByteSource, what: string, cause?: unknown): ActivationLensError {
  return new ActivationLensError('corrupt', `${source.name} is damaged: ${what} (zip). Fetch or copy the file again.`, {
    cause,
    details: { file: source.name },
  });
}
