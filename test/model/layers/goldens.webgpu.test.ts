import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openDawn, openTensorFlow } from '../../webgpu/dawn';
import { compareCase, type GoldenFile, goldenFolders, readGoldens } from './goldenCase';

const dawn = await openDawn();
const seen = new Set<string>();

/**
 * The first Keras 3 model of every class and operation, and all that are about shaders; all models of both Kerases, which takes minutes on a
 * software adapter, with LAYER_GOLDENS_ALL=1.
 */
function chosen(folder: string, file: GoldenFile): GoldenFile['cases'] {
  if (process.env.LAYER_GOLDENS_ALL || basename(folder) === 'ranks') return file.cases;
  return file.cases.filter(({ nodes }) => {
    const fresh = nodes.map(({ className, config }) => String(config.function ?? className)).filter((name) => !seen.has(name));
    for (const name of fresh) seen.add(name);
    return fresh.length > 0;
  });
}

/** Models of whole numbers that the webgpu backend, which computes them in float32, has not. */
const beyondFloats = /(wrapped (products|sums)|quotients of many digits|lookup of large numbers)$/;

describe.skipIf(dawn.gpu === null)('on webgpu', async () => {
  if (dawn.gpu !== null) await openTensorFlow();
  // tfjs computes small tensors on the CPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const stems = process.env.LAYER_GOLDENS_ALL ? ['keras3', 'keras2'] : ['keras3'];
  const all = goldenFolders
    .flatMap((folder) => stems.map((stem) => join(folder, stem)))
    .filter((stem) => existsSync(`${stem}.json.gz`))
    .map((stem) => {
      const file = readGoldens(stem);
      return { stem, file, cases: chosen(dirname(stem), file) };
    });
  describe.each(all.filter(({ cases }) => cases.length > 0))('$stem', ({ file, cases }) => {
    it.each(cases.map((golden) => [golden.name, golden] as const))('%s', async (name, golden) => {
      if (beyondFloats.test(name)) {
        await expect(compareCase(file, golden, 'order')).rejects.toThrow('a whole number that float32 has not');
        return;
      }
      const { error, problems } = await compareCase(file, golden, 'order');
      expect(problems).toEqual([]);
      // Shaders may round exp, division and inverse sine more coarsely than C does.
      expect(error).toBeLessThan(5e-5);
    });
  });
});
