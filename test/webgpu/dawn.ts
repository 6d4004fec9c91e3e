import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { unpackChromium } from '../browser/unpack';

/** What `openDawn` found. */
export type Dawn =
  | { readonly gpu: GPU; readonly adapter: string; readonly reason?: undefined }
  | { readonly gpu: null; readonly reason: string };

/** glibc's: a library opened with it stays in the process although Node closes it. */
const RTLD_NODELETE = 0x1000;
let opened: Promise<Dawn> | undefined;

/**
 * WebGPU in Node (npm `webgpu`, Dawn) as `navigator.gpu`: on the machine's own GPU where ACTIVATION_LENS_GPU=native, otherwise on the
 * SwiftShader that `@sparticuz/chromium` ships. Call it before importing `@tensorflow/tfjs-backend-webgpu`, which looks for `navigator.gpu`
 * once, when it is loaded. `flags` are Dawn's; those of the first call count. Says why on stderr where there is no WebGPU; throws instead
 * if ACTIVATION_LENS_REQUIRE_GPU is set.
 */
export function openDawn(flags: readonly string[] = []): Promise<Dawn> {
  opened ??= open(flags).catch((error: Error) => {
    const reason = `no WebGPU in Node: ${error.message.split('\n')[0]}`;
    if (process.env.ACTIVATION_LENS_REQUIRE_GPU) throw new Error(reason, { cause: error });
    process.stderr.write(`SKIPPED ${reason}\n`);
    return { gpu: null, reason };
  });
  return opened;
}

async function open(flags: readonly string[]): Promise<Dawn> {
  if (process.env.ACTIVATION_LENS_GPU !== 'native' && process.platform === 'linux') useSoftwareDriver();
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([...flags]) as unknown as GPU;
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn found no adapter.');
  if (typeof navigator === 'undefined') Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  return { gpu, adapter: [adapter.info.vendor, adapter.info.architecture, adapter.info.description].filter(Boolean).join(' ') };
}

/**
 * Dawn opens 'libvulkan.so.1' by that bare name. Where the system has none, LD_LIBRARY_PATH would have to be set before the process starts;
 * having the loader in the process already, under its own name, does as well at any time.
 */
function useSoftwareDriver(): void {
  const { vulkanLoader, vulkanDriver } = unpackChromium();
  process.env.VK_ICD_FILENAMES = vulkanDriver;
  process.env.VK_DRIVER_FILES = vulkanDriver;
  if (!existsSync(vulkanLoader)) throw new Error(`${vulkanLoader} is missing.`);
  try {
    process.dlopen({ exports: {} }, vulkanLoader, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | RTLD_NODELETE);
  } catch (error) {
    // It is no Node module, which Node says after having loaded it.
    if (!(error as Error).message.includes('did not self-register')) throw error;
  }
}

/** tfjs with its WebGPU backend on Dawn. `openDawn` must have found a GPU. */
export async function openTensorFlow(): Promise<{ tf: typeof import('@tensorflow/tfjs-core'); backend: WebGPUBackend }> {
  await openDawn();
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-webgpu');
  await tf.setBackend('webgpu');
  await tf.ready();
  return { tf, backend: tf.backend() as WebGPUBackend };
}
