import { type Cursor, corrupt, unsupported } from './cursor';
import { type HDF5File, withoutChecksum } from './file';

/** Numbers of the object header messages that are read (specification IV.A.2). */
export const MessageType = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  oldFillValue: 0x04,
  fillValue: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** One message of an object header. */
export interface Message {
  readonly type: number;
  /** Bit 1: the body is a reference to the message proper, which another object shares. */
  readonly flags: number;
  /** Creation order of an attribute, 0 where the header does not track it. */
  readonly order: number;
  /** The message proper; a cursor of the caller's own. */
  body(): Cursor;
}

/** An object's messages, in file order. */
export interface ObjectHeader {
  readonly address: number;
  readonly messages: readonly Message[];
  /** Whether attributes are listed in the order in which they were made. */
  readonly tracksAttributeOrder: boolean;
}

/** Most bytes one object's header may have in all: real ones stay under 64 KiB and a little. */
const LARGEST_HEADER = 2 ** 24;

/** The object header at `address`, versions 1 and 2, with its continuation blocks (specification IV.A.1). The latest few are remembered. */
export function readObjectHeader(file: HDF5File, address: number): Promise<ObjectHeader> {
  return file.headers.get(address, () => parseObjectHeader(file, address));
}

async function parseObjectHeader(file: HDF5File, address: number): Promise<ObjectHeader> {
  const what = 'an object header';
  const prefix = await file.structure(address, Math.min(32, file.available(address)), what);
  const newStyle = prefix.bytes[0] === 0x4f; // the O of 'OHDR'
  const messages: Message[] = [];
  const blocks: Cursor[] = [];
  let flags = 0;
  if (newStyle) {
    prefix.signature('OHDR');
    prefix.version(2);
    flags = prefix.u8();
    if (flags & 0x20) prefix.skip(16); // times
    if (flags & 0x10) prefix.skip(4); // limits of compact attribute storage
    const size = prefix.uint(1 << (flags & 3));
    const block = withoutChecksum(await file.structure(address, prefix.position + size + 4, what));
    block.skip(prefix.position);
    blocks.push(block);
  } else {
    prefix.version(1);
    prefix.skip(1 + 2 + 4);
    blocks.push(await file.structure(address + 16, prefix.u32(), what));
  }

  const seen = new Set([address]);
  let total = 0;
  for (let block = blocks.shift(); block; block = blocks.shift()) {
    total += block.remaining;
    if (total > LARGEST_HEADER) throw block.fail('goes on without end');
    for (const message of readMessages(block, newStyle, (flags & 4) !== 0)) {
      if (message.type !== MessageType.continuation) {
        messages.push(message);
        continue;
      }
      const body = message.body();
      const at = body.offset();
      const length = body.length();
      if (seen.has(at)) throw body.fail('continues in a circle');
      seen.add(at);
      const next = 'the continuation of an object header';
      blocks.push(newStyle ? await file.checked(at, length, 'OCHK', next) : await file.structure(at, length, next));
    }
  }
  return { address, messages, tracksAttributeOrder: (flags & 4) !== 0 };
}

function* readMessages(block: Cursor, newStyle: boolean, ordered: boolean): Generator<Message> {
  const prefix = newStyle ? (ordered ? 6 : 4) : 8;
  // What is left at the end and too small for a message is a gap.
  while (block.remaining >= prefix) {
    const type = newStyle ? block.u8() : block.u16();
    const size = block.u16();
    const flags = block.u8();
    if (!newStyle) block.skip(3);
    const order = newStyle && ordered ? block.u16() : 0;
    const body = block.sub(size, 'a message in an object header');
    // Type 0 is room for a message.
    if (type !== 0) yield { type, flags, order, body: () => body.again() };
  }
}

/** The first message of a type, with a shared one replaced by what it refers to. */
export async function findMessage(file: HDF5File, header: ObjectHeader, type: number): Promise<Cursor | undefined> {
  const message = header.messages.find((candidate) => candidate.type === type);
  return message && (message.flags & 2 ? readShared(file, message.body(), type) : message.body());
}

/**
 * The message that a shared message refers to (specification IV.A.1.c): a committed datatype. `body` is at the reference. The object
 * referred to holds the message itself, so that references do not chain.
 */
export async function readShared(file: HDF5File, body: Cursor, type: number): Promise<Cursor> {
  const version = body.version(1, 2, 3);
  const kind = body.u8();
  if (version === 1) body.skip(6);
  if (version === 3 && kind === 1) {
    throw unsupported(file.name, 'a shared object header message table', 'Write the file again with h5repack, or save the model again.');
  }
  const address = body.offset();
  const header = await readObjectHeader(file, address);
  const target = header.messages.find((candidate) => candidate.type === type);
  if (!target || target.flags & 2) throw corrupt(file.name, `a message of type ${type} refers to an object that has none`, body.start);
  return target.body();
}
