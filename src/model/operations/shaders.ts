import { getBackend } from '@tensorflow/tfjs-core';

/** Whether the backend computes in shaders, whose functions may be off in the last places, and all of it in float32. */
export function inShaders(): boolean {
  return ['webgpu', 'webgl'].includes(getBackend());
}
