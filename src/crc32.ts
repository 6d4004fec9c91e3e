/** The checksum of zip entries and PNG chunks (CRC-32 of ISO 3309), taken piece by piece. */
export class CRC32 {
  private state = -1;

  /** The checksum of all bytes so far. */
  get value(): number {
    return ~this.state >>> 0;
  }

  /** Goes on with these bytes. */
  add(bytes: Uint8Array): this {
    tables ??= makeTables();
    const [t0, t1, t2, t3] = tables as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
    let crc = this.state;
    let at = 0;
    // Four bytes a step ("slicing by 4", Kounavis and Berry 2005).
    for (const end = bytes.length - 3; at < end; at += 4) {
      crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      crc = t3[crc & 255]! ^ t2[(crc >>> 8) & 255]! ^ t1[(crc >>> 16) & 255]! ^ t0[crc >>> 24]!;
    }
    for (; at < bytes.length; at++) crc = t0[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
    this.state = crc;
    return this;
  }
}

let tables: readonly Uint32Array[] | undefined;

function makeTables(): readonly Uint32Array[] {
  const made = Array.from({ length: 4 }, () => new Uint32Array(256));
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    made[0]![i] = crc;
  }
  for (let i = 0; i < 256; i++) {
    for (let k = 1; k < 4; k++) {
      const before = made[k - 1]![i]!;
      made[k]![i] = (before >>> 8) ^ made[0]![before & 255]!;
    }
  }
  return made;
}
