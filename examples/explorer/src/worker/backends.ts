import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

let registering: Promise<Readonly<Record<string, string>>> | undefined;

/**
 * Imports the tfjs backends that can be of use here, once; loadModel then takes the fastest that works. Resolves with why others were
 * left out.
 */
export function registerBackends(): Promise<Readonly<Record<string, string>>> {
  registering ??= register();
  return registering;
}

async function register(): Promise<Readonly<Record<string, string>>> {
  const left: Record<string, string> = {};
  const wasm = import('@tensorflow/tfjs-backend-wasm').then(({ setWasmPaths }) =>
    setWasmPaths({
      'tfjs-backend-wasm.wasm': plain,
      'tfjs-backend-wasm-simd.wasm': simd,
      'tfjs-backend-wasm-threaded-simd.wasm': threaded,
    }),
  );
  const all: Promise<unknown>[] = [wasm, import('@tensorflow/tfjs-backend-cpu')];
  if ('gpu' in navigator) all.push(import('@tensorflow/tfjs-backend-webgpu'));
  const against = reasonAgainstWebGL();
  if (against === undefined) all.push(import('@tensorflow/tfjs-backend-webgl'));
  else left.webgl = against;
  await Promise.all(all);
  return left;
}

/** WebGL on a processor is slower than WebAssembly there. */
function reasonAgainstWebGL(): string | undefined {
  const context = typeof OffscreenCanvas === 'function' ? new OffscreenCanvas(1, 1).getContext('webgl2') : null;
  if (!context) return 'There is no WebGL 2 here.';
  const info = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(renderer) ? `Its renderer (${renderer}) is software.` : undefined;
}
