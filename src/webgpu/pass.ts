/** Keeps what it is given, to destroy it all at the end. */
export class BufferBag {
  private readonly buffers: GPUBuffer[] = [];
  private readonly device: GPUDevice;

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /** An empty buffer; at least 16 bytes, for no binding may be empty. */
  empty(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const buffer = this.device.createBuffer({ label: `activation-lens ${label}`, size: Math.max(16, bytes), usage });
    this.buffers.push(buffer);
    return buffer;
  }

  /** A buffer with these words in it. */
  filled(label: string, usage: GPUBufferUsageFlags, words: Uint32Array | Int32Array): GPUBuffer {
    const buffer = this.empty(label, words.byteLength, usage | GPUBufferUsage.COPY_DST);
    this.device.queue.writeBuffer(buffer, 0, words as Uint32Array<ArrayBuffer>);
    return buffer;
  }

  storage(label: string, words: Uint32Array | Int32Array): GPUBuffer {
    return this.filled(label, GPUBufferUsage.STORAGE, words);
  }

  uniform(label: string, words: Uint32Array | Int32Array): GPUBuffer {
    return this.filled(label, GPUBufferUsage.UNIFORM, words);
  }

  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
    this.buffers.length = 0;
  }
}

/** Workgroups of a dispatch: across, down. */
export type Grid = readonly [number, number];

/** One dispatch. Its buffers are bound in order, from binding 0. */
export class FixedPass {
  private readonly pipeline: GPUComputePipeline;
  private readonly group: GPUBindGroup;
  private readonly grid: Grid;

  constructor(device: GPUDevice, pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[], grid: Grid) {
    this.pipeline = pipeline;
    this.grid = grid;
    this.group = bind(device, pipeline, buffers);
  }

  dispatch(pass: GPUComputePassEncoder): void {
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, this.group);
    pass.dispatchWorkgroups(...this.grid);
  }
}

/**
 * One dispatch over an activation, whose buffer is binding 0. tfjs takes it from a pool, so that a few buffers take turns: there is a bind
 * group for each that has been met.
 */
export class ActivationPass {
  private readonly groups = new WeakMap<GPUBuffer, GPUBindGroup>();
  private readonly device: GPUDevice;
  private readonly pipeline: GPUComputePipeline;
  private readonly buffers: readonly GPUBuffer[];
  private readonly grid: Grid;

  constructor(device: GPUDevice, pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[], grid: Grid) {
    this.device = device;
    this.pipeline = pipeline;
    this.buffers = buffers;
    this.grid = grid;
  }

  dispatch(pass: GPUComputePassEncoder, activation: GPUBuffer): void {
    let group = this.groups.get(activation);
    if (group === undefined) {
      group = bind(this.device, this.pipeline, [activation, ...this.buffers]);
      this.groups.set(activation, group);
    }
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...this.grid);
  }
}

function bind(device: GPUDevice, pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[]): GPUBindGroup {
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  return device.createBindGroup({ label: pipeline.label, layout: pipeline.getBindGroupLayout(0), entries });
}
