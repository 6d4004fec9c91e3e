const caches = new WeakMap<GPUDevice, Map<string, GPUComputePipeline | GPURenderPipeline>>();

function cached<P extends GPUComputePipeline | GPURenderPipeline>(device: GPUDevice, label: string, make: () => P): P {
  let cache = caches.get(device);
  if (cache === undefined) {
    cache = new Map();
    caches.set(device, cache);
  }
  let pipeline = cache.get(label) as P | undefined;
  if (pipeline === undefined) {
    pipeline = make();
    cache.set(label, pipeline);
  }
  return pipeline;
}

/** The compute pipeline of that label on that device, made from the WGSL of `code()` (entry point `main`) the first time. */
export function computePipeline(device: GPUDevice, label: string, code: () => string): GPUComputePipeline {
  return cached(device, label, () =>
    device.createComputePipeline({ label, layout: 'auto', compute: { module: device.createShaderModule({ label, code: code() }) } }),
  );
}

const add: GPUBlendComponent = { srcFactor: 'one', dstFactor: 'one-minus-src-alpha', operation: 'add' };

/** What is drawn lies over what is there already; colours are times alpha. */
export const lieOver: GPUBlendState = { color: add, alpha: add };

/** The render pipeline of that label on that device, from WGSL with the entry points `vertex` and `fragment`; triangle strips. */
export function renderPipeline(
  device: GPUDevice,
  label: string,
  format: GPUTextureFormat,
  code: () => string,
  blend?: GPUBlendState,
): GPURenderPipeline {
  return cached(device, `${label} ${format}`, () => {
    const module = device.createShaderModule({ label, code: code() });
    return device.createRenderPipeline({
      label,
      layout: 'auto',
      vertex: { module },
      fragment: { module, targets: [{ format, ...(blend && { blend }) }] },
      primitive: { topology: 'triangle-strip' },
    });
  });
}
