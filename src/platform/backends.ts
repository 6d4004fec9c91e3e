import { existsSync, readFileSync } from 'node:fs';

/** Backends that tfjs can use in Node, and the packages that bring them. */
const PACKAGES: Readonly<Record<string, () => Promise<unknown>>> = {
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
  wasm: () => import('@tensorflow/tfjs-backend-wasm'),
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
};

/** Registers a tfjs backend from its package. Returns why that is not possible, or nothing. */
export async function importBackend(name: string): Promise<string | undefined> {
  const load = PACKAGES[name];
  if (!load) return 'It needs a browser.';
  try {
    await load();
    return undefined;
  } catch {
    return `The package @tensorflow/tfjs-backend-${name} is not installed.`;
  }
}

/** Gives Node a `navigator.gpu` from the package `webgpu`, if it is there. Returns why there is none, or nothing. */
export async function ensureGPU(): Promise<string | undefined> {
  const navigator = (globalThis.navigator ?? {}) as { gpu?: GPU };
  if (navigator.gpu) return undefined;
  if (lacksVulkan()) return 'There is no GPU driver: no libvulkan.so.1 is installed.';
  try {
    const dawn = (await import('webgpu')) as unknown as { create(options: string[]): GPU; globals: object };
    Object.assign(globalThis, dawn.globals);
    const gpu = dawn.create([]);
    if (!(await gpu.requestAdapter())) return 'There is no GPU adapter.';
    if (globalThis.navigator) Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
    else Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
    return undefined;
  } catch {
    return 'Node has no WebGPU of its own, and the package webgpu (Dawn) is not installed or does not start here.';
  }
}

/** Dawn complains on the terminal where Linux has no Vulkan loader, so it is not even tried there. */
function lacksVulkan(): boolean {
  if (process.platform !== 'linux') return false;
  const folders = (process.env.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean);
  if (folders.some((folder) => existsSync(`${folder}/libvulkan.so.1`))) return false;
  try {
    return !readFileSync('/etc/ld.so.cache', 'latin1').includes('libvulkan.so.1');
  } catch {
    return false;
  }
}
