import { findBackendFactory, getBackend, ready, setBackend } from '@tensorflow/tfjs-core';
import { ensureGPU, importBackend, reasonAgainstWebGL } from '#platform';
import { ActivationLensError } from '../errors';
import type { Runtime, RuntimeAttempt } from './types';

/** Fastest first: a real GPU, then WebAssembly (30 times plain JavaScript on a CNN), then plain JavaScript. */
const CANDIDATES = ['webgpu', 'webgl', 'wasm', 'cpu'] as const;

/**
 * The tfjs backend to compute on. One that the application has set or started is kept. Otherwise the first that works is set: in Node
 * those that are installed, in a browser those that the application has imported. A software adapter is not taken for a GPU.
 *
 * @throws `backend` when there is none, with what was tried.
 */
export async function chooseRuntime(): Promise<Runtime> {
  const current = getBackend() as string | undefined;
  if (current) {
    await ready();
    return { backend: current, attempts: [{ backend: current, outcome: 'taken', reason: 'It was set before.' }] };
  }
  const attempts: RuntimeAttempt[] = [];
  for (const backend of CANDIDATES) {
    const reason = await reasonAgainst(backend);
    attempts.push({
      backend,
      outcome: reason === undefined ? 'taken' : 'rejected',
      reason: reason ?? 'It is the fastest that works here.',
    });
    if (reason === undefined) return { backend, attempts };
  }
  const tried = attempts.map(({ backend, reason }) => `${backend}: ${reason}`).join(' ');
  throw new ActivationLensError(
    'backend',
    `No tfjs backend could be started. ${tried} Import one, for example: import '@tensorflow/tfjs-backend-webgpu'.`,
    { details: { attempts } },
  );
}

/** Starts a backend; what is returned says why it cannot be used. */
async function reasonAgainst(backend: string): Promise<string | undefined> {
  try {
    if (backend === 'webgpu') {
      const adapter = await reasonAgainstAdapter();
      if (adapter) return adapter;
    }
    const drawing = backend === 'webgl' ? reasonAgainstWebGL() : undefined;
    if (drawing) return drawing;
    const missing = findBackendFactory(backend) ? undefined : await importBackend(backend);
    if (missing) return missing;
    return (await setBackend(backend)) ? undefined : 'tfjs could not start it.';
  } catch (error) {
    return `It failed to start: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function reasonAgainstAdapter(): Promise<string | undefined> {
  const missing = await ensureGPU();
  if (missing) return missing;
  const adapter = await globalThis.navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return 'There is no adapter.';
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const software = isFallbackAdapter || /swiftshader|llvmpipe|software|basic render/i.test(`${vendor} ${architecture} ${description}`);
  return software ? `Its adapter (${[vendor, architecture, description].filter(Boolean).join(' ')}) is software.` : undefined;
}
