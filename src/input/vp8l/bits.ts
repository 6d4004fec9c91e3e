/** Reads bits from the least significant on, as WebP lossless stores them. Reading past the end gives zeros and sets `exhausted`. */
export class BitReader {
  private position = 0;
  private held = 0;
  private count = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** Whether more bits were taken than there are. */
  get exhausted(): boolean {
    return this.position - (this.count >> 3) > this.bytes.length;
  }

  /** The next `n` bits, at most 16, without taking them. */
  peek(n: number): number {
    while (this.count < n) {
      this.held |= (this.bytes[this.position++] ?? 0) << this.count;
      this.count += 8;
    }
    return this.held & ((1 << n) - 1);
  }

  skip(n: number): void {
    this.held >>>= n;
    this.count -= n;
  }

  /** The next `n` bits, at most 16. */
  read(n: number): number {
    const value = this.peek(n);
    this.skip(n);
    return value;
  }
}
