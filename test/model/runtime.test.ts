import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, it, vi } from 'vitest';

/** What each platform would say; the backends themselves are real. */
async function choose(platform: Record<string, unknown>) {
  vi.resetModules();
  vi.doMock('#platform', () => platform);
  return (await import('../../src/model/runtime')).chooseRuntime();
}

afterEach(() => {
  vi.doUnmock('#platform');
  vi.resetModules();
});

it('says every attempt, takes no software renderer for a GPU, and names what to import when nothing works', async () => {
  const platform = {
    ensureGPU: async () => 'There is no GPU adapter.',
    reasonAgainstWebGL: () => 'Its renderer (SwiftShader) is software.',
    importBackend: async (name: string) => `The package of ${name} is not installed.`,
  };
  const failure = choose(platform);
  await expect(failure).rejects.toMatchObject({
    code: 'backend',
    message: expect.stringMatching(
      /webgpu: There is no GPU adapter\..*webgl: Its renderer \(SwiftShader\).*wasm: The package.*Import one/s,
    ),
  });
  await import('@tensorflow/tfjs-backend-wasm');
  const runtime = await choose(platform);
  expect(runtime.backend).toBe('wasm');
  expect(runtime.attempts.map(({ backend, outcome }) => `${backend} ${outcome}`)).toEqual([
    'webgpu rejected',
    'webgl rejected',
    'wasm taken',
  ]);
  expect(tf.getBackend()).toBe('wasm');
  const again = await choose(platform);
  expect(again.attempts).toEqual([{ backend: 'wasm', outcome: 'taken', reason: 'It was set before.' }]);
});
