/** Two timestamps and the way to read them. */
export class Timer {
  readonly queries: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly staging: GPUBuffer;

  constructor(device: GPUDevice) {
    this.queries = device.createQuerySet({ label: 'activation-lens time', type: 'timestamp', count: 2 });
    this.resolved = device.createBuffer({
      label: 'activation-lens time',
      size: 16,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    this.staging = device.createBuffer({
      label: 'activation-lens time',
      size: 16,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.queries, 0, 2, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.staging, 0, 16);
  }

  /** Milliseconds between the two. */
  async read(): Promise<number> {
    await this.staging.mapAsync(GPUMapMode.READ);
    const [start, end] = new BigUint64Array(this.staging.getMappedRange().slice(0));
    this.staging.unmap();
    return Number(end! - start!) / 1e6;
  }

  dispose(): void {
    this.queries.destroy();
    this.resolved.destroy();
    this.staging.destroy();
  }
}
