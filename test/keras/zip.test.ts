import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ActivationLensError } from '../../src/errors';
import { isZip, openZip, type ZipEntry } from '../../src/keras/zip';
import { countingSource } from './hdf5/fixtures';

const text = 'What a trained CNN sees. '.repeat(40);
const load = (name: string): Uint8Array => readFileSync(fileURLToPath(new URL(`../fixtures/zip/${name}.zip`, import.meta.url)));
const open = (bytes: Uint8Array) => openZip(countingSource(bytes, 'model.keras'));

async function entryOf(bytes: Uint8Array, name: string): Promise<ZipEntry> {
  const entry = (await open(bytes)).entry(name);
  if (!entry) throw new Error(`no entry ${name}`);
  return entry;
}

async function textOf(entry: ZipEntry | undefined): Promise<string> {
  const source = await entry!.source();
  const whole = Buffer.from(await source.read(0, source.size)).toString();
  expect(Buffer.from(await entry!.bytes()).toString()).toBe(whole);
  await entry!.verify();
  return whole;
}

describe("zip files of Python's zipfile", () => {
  it.each(['plain', 'comment', 'descriptors', 'zip64-end'])('%s', async (name) => {
    const zip = await open(load(name));
    expect(zip.names).toEqual(['stored.txt', 'folder/', 'folder/deflated.txt', 'empty', 'größe']);
    expect(await textOf(zip.entry('stored.txt'))).toBe(text);
    expect(await textOf(zip.entry('folder/deflated.txt'))).toBe(text);
    expect(await textOf(zip.entry('empty'))).toBe('');
    expect(await textOf(zip.entry('größe'))).toBe('');
    expect(zip.entry('stored.txt')).toMatchObject({ name: 'stored.txt', size: 1000 });
    expect(zip.entry('nope')).toBeUndefined();
  });

  it('zip64-entries', async () => {
    const zip = await open(load('zip64-entries'));
    for (const name of ['stored.txt', 'folder/deflated.txt']) expect(await textOf(zip.entry(name))).toBe(text);
  });

  it('none', async () => {
    expect((await open(load('none'))).names).toEqual([]);
  });

  it('methods: refuses what Keras never writes, by name', async () => {
    for (const [name, method] of [
      ['bzip2', 'bzip2'],
      ['lzma', 'LZMA'],
    ] as const) {
      await expect((await entryOf(load('methods'), name)).source()).rejects.toMatchObject({
        code: 'format',
        message: `model.keras: the entry '${name}' is compressed with ${method}, which is not supported. Zip the file again, stored or deflated, as Keras does.`,
        details: { file: 'model.keras', entry: name },
      });
    }
  });
});

it('tells zip files by their first bytes', () => {
  expect(isZip(load('plain'))).toBe(true);
  expect(isZip(load('none'))).toBe(true);
  expect(isZip(load('plain').subarray(0, 3))).toBe(false);
  expect(isZip(Buffer.from('PK??'))).toBe(false);
});

it('opens a zip with bytes before it and after it', async () => {
  for (const name of ['plain', 'zip64-end']) {
    const zip = await open(Buffer.concat([Buffer.from('#!/bin/sh\n'), load(name), Buffer.from('\r\n')]));
    expect(await textOf(zip.entry('stored.txt'))).toBe(text);
    expect(await textOf(zip.entry('folder/deflated.txt'))).toBe(text);
  }
});

describe('how much is read', () => {
  const large = new Uint8Array(3_000_000).map((_, i) => (i * 7) ^ (i >> 9));
  const bytes = zipSync({ 'config.json': new TextEncoder().encode(text), 'model.weights.h5': large }, { level: 0 });

  it('a directory in one read, a stored entry in no more than its header: it is a window, not a copy', async () => {
    const source = countingSource(bytes, 'model.keras');
    const zip = await openZip(source);
    expect(source.reads.length).toBe(1);
    const window = await zip.entry('model.weights.h5')!.source();
    expect(source.reads.length).toBe(2);
    expect(source.reads[1]!.length).toBeLessThan(100);
    expect(window).toMatchObject({ name: 'model.keras/model.weights.h5', size: large.length });
    const view = await window.read(1000, 77);
    expect(view.buffer).toBe(bytes.buffer);
    expect(view).toEqual(large.subarray(1000, 1077));
    expect(source.reads.length).toBe(3);
    for (const [offset, length] of [
      [-1, 2],
      [large.length - 1, 2],
      [0, large.length + 1],
    ] as const) {
      await expect(window.read(offset, length)).rejects.toMatchObject({ code: 'corrupt' });
    }
  });

  it('a directory that is larger than the end that is read first, in one more', async () => {
    const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`an entry with a long name ${i}`, Uint8Array.of(i & 255)]));
    const source = countingSource(zipSync(many, { level: 0 }));
    const zip = await openZip(source);
    expect(zip.names.length).toBe(2000);
    expect(source.reads.length).toBe(2);
    expect(Array.from(await zip.entry('an entry with a long name 1999')!.bytes())).toEqual([1999 & 255]);
  });

  it('a deflated entry in pieces', async () => {
    const deflated = zipSync({ 'model.weights.h5': large }, { level: 6 });
    const entry = await entryOf(deflated, 'model.weights.h5');
    const window = await entry.source();
    expect(Buffer.compare(await window.read(0, window.size), large)).toBe(0);
  });
});

describe('damage', () => {
  const plain = new Uint8Array(load('plain'));
  const centralOf = (bytes: Uint8Array, name: string): number =>
    Buffer.from(bytes).indexOf(Buffer.from(name), Buffer.from(bytes).indexOf('PK\x01\x02', 0, 'latin1')) - 46;
  const changed = (change: (bytes: Uint8Array, view: DataView) => void, of = plain): Uint8Array => {
    const bytes = new Uint8Array(of);
    change(bytes, new DataView(bytes.buffer));
    return bytes;
  };

  it('what is no zip is a matter of format; a zip without its end, of damage', async () => {
    for (const bytes of [new Uint8Array(0), Buffer.from('hello'), new Uint8Array(100_000)]) {
      await expect(open(bytes)).rejects.toMatchObject({ code: 'format', message: 'model.keras is no zip file.' });
    }
    for (let length = 4; length < plain.length; length += 3) {
      await expect(open(plain.subarray(0, length))).rejects.toMatchObject({
        code: 'corrupt',
        message:
          'model.keras is damaged: the directory at its end is missing, so it is probably cut short (zip). Fetch or copy the file again.',
      });
    }
  });

  it('bytes missing in the middle', async () => {
    await expect(open(Buffer.concat([plain.subarray(0, 300), plain.subarray(700)]))).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('a name that appears twice', async () => {
    const made = Buffer.from(zipSync({ aa: Uint8Array.of(1), bb: Uint8Array.of(2) }, { level: 0 }));
    for (let at = made.indexOf('bb'); at >= 0; at = made.indexOf('bb')) made.write('aa', at);
    await expect(open(made)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining("it has two entries named 'aa'") });
  });

  it('a directory that calls an entry by another name than its own', async () => {
    const bytes = changed((b) => b.set(Buffer.from('other'), centralOf(b, 'empty') + 46));
    await expect((await entryOf(bytes, 'other')).bytes()).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining("the entry 'other' has no header of its own where the directory says"),
    });
  });

  it('encryption', async () => {
    const bytes = changed((_, view) => view.setUint16(centralOf(plain, 'stored.txt') + 8, 1, true));
    await expect((await entryOf(bytes, 'stored.txt')).source()).rejects.toMatchObject({
      code: 'format',
      message: "model.keras: the entry 'stored.txt' is encrypted, which is not supported. Decrypt the file first.",
    });
  });

  it('a stored entry whose bytes are not those that were stored', async () => {
    const bytes = changed((b) => {
      b[60]! ^= 4;
    });
    const entry = await entryOf(bytes, 'stored.txt');
    const wrong = { code: 'corrupt', message: expect.stringContaining("the entry 'stored.txt' has a wrong checksum") };
    await expect(entry.bytes()).rejects.toMatchObject(wrong);
    await expect(entry.verify()).rejects.toMatchObject(wrong);
    await expect(entry.source()).rejects.toMatchObject(wrong);
  });

  it('a large stored entry opens without a check; verify makes it', async () => {
    const large = zipSync({ big: new Uint8Array(1_100_000) }, { level: 0 });
    large[500_000] = 1;
    const entry = await entryOf(large, 'big');
    await expect(entry.source()).resolves.toMatchObject({ size: 1_100_000 });
    await expect(entry.verify()).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('every flip in a deflated entry', async () => {
    const entry = 'folder/deflated.txt';
    const start = Buffer.from(plain).indexOf(entry) + entry.length;
    const stored = new DataView(plain.buffer).getUint32(centralOf(plain, entry) + 20, true);
    let noticed = 0;
    for (let bit = 0; bit < stored * 8; bit++) {
      const bytes = changed((b) => {
        b[start + (bit >> 3)]! ^= 1 << (bit & 7);
      });
      try {
        expect(Buffer.from(await (await entryOf(bytes, entry)).bytes()).toString()).toBe(text); // a bit after the stream's end
      } catch (error) {
        expect(error).toMatchObject({ code: 'corrupt' });
        noticed++;
      }
    }
    expect(noticed).toBeGreaterThan(stored * 8 - 10);
  });

  it('claims that a few bytes become more than deflate can make of them', async () => {
    const bytes = changed((_, view) => view.setUint32(centralOf(plain, 'folder/deflated.txt') + 24, 0xfffffff0, true));
    await expect((await entryOf(bytes, 'folder/deflated.txt')).source()).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/claims that \d+ bytes become 4294967280/),
    });
  });

  it('inflates to more, and to less, than it claims', async () => {
    for (const [size, message] of [
      [999, 'inflates to more than the 999 bytes it claims'],
      [1001, 'inflates to 1000 bytes and claims 1001'],
    ] as const) {
      const bytes = changed((_, view) => view.setUint32(centralOf(plain, 'folder/deflated.txt') + 24, size, true));
      await expect((await entryOf(bytes, 'folder/deflated.txt')).source()).rejects.toMatchObject({
        code: 'corrupt',
        message: expect.stringContaining(message),
      });
    }
  });

  it('a real bomb is stopped at what it claims', async () => {
    // A hundred million zeros that claim to be a thousand bytes.
    const zeros = deflateRawSync(new Uint8Array(100_000_000));
    const bytes = handmade('bomb', zeros, 1000);
    const before = process.memoryUsage().arrayBuffers;
    await expect((await entryOf(bytes, 'bomb')).source()).rejects.toMatchObject({ code: 'corrupt' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200_000_000);
  });

  it('an entry that runs into the next, or into the directory', async () => {
    for (const [name, field, value] of [
      ['stored.txt', 20, 1300],
      ['größe', 20, 100],
      ['stored.txt', 42, 900],
    ] as const) {
      const bytes = changed((_, view) => view.setUint32(centralOf(plain, name) + field, value, true));
      await expect(open(bytes)).rejects.toMatchObject({
        code: 'corrupt',
        message: expect.stringContaining('runs into what comes after it'),
      });
    }
  });

  it('a stored entry of two lengths', async () => {
    const bytes = changed((_, view) => view.setUint32(centralOf(plain, 'stored.txt') + 24, 900, true));
    await expect((await entryOf(bytes, 'stored.txt')).source()).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('is stored in 1000 bytes but has 900'),
    });
  });

  it('one part of several', async () => {
    const bytes = changed((b, view) => view.setUint16(b.length - 22 + 4, 2, true));
    await expect(open(bytes)).rejects.toMatchObject({
      code: 'format',
      message: 'model.keras is one part of a zip file that was split. Join the parts first.',
    });
  });

  it('a zip64 end record that is not there', async () => {
    const bytes = changed(
      (b) => {
        b[Buffer.from(b).indexOf('PK\x06\x06', 0, 'latin1')] = 0;
      },
      new Uint8Array(load('zip64-end')),
    );
    await expect(open(bytes)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('its zip64 end record is missing'),
    });
  });

  it('anything at all: an ActivationLensError or no difference', async () => {
    let state = 5;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return (state >>> 8) / 2 ** 24;
    };
    for (const name of ['plain', 'descriptors', 'zip64-entries', 'zip64-end', 'comment', 'none']) {
      const good = load(name);
      for (let round = 0; round < 250; round++) {
        const bytes = new Uint8Array(good.subarray(0, random() < 0.2 ? Math.floor(random() * good.length) : good.length));
        for (let i = Math.floor(random() * 3); i >= 0 && bytes.length > 0; i--) {
          bytes[Math.floor(random() * bytes.length)] = [0, 255, Math.floor(random() * 256)][Math.floor(random() * 3)]!;
        }
        try {
          const zip = await open(bytes);
          for (const entry of zip.names) {
            try {
              const found = Buffer.from(await zip.entry(entry)!.bytes()).toString();
              expect(['', text]).toContain(found);
            } catch (error) {
              if (!(error instanceof ActivationLensError)) throw error;
            }
          }
        } catch (error) {
          if (!(error instanceof ActivationLensError)) throw error;
          expect(['corrupt', 'format']).toContain(error.code);
        }
      }
    }
  });
});

it('stops when it is aborted', async () => {
  await expect(openZip(countingSource(load('plain'), 'model.keras'), { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'aborted',
    message: 'Aborted while reading model.keras.',
  });
  const entry = await entryOf(load('plain'), 'stored.txt');
  for (const read of ['source', 'bytes', 'verify'] as const) {
    await expect(entry[read](AbortSignal.abort())).rejects.toMatchObject({
      code: 'aborted',
      message: 'Aborted while reading stored.txt of model.keras.',
    });
  }
});

/** A zip of one deflated entry that claims any size. */
function handmade(name: string, data: Uint8Array, size: number): Uint8Array {
  const raw = Buffer.from(name);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt16LE(raw.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(data.length, 20);
  central.writeUInt32LE(size, 24);
  central.writeUInt16LE(raw.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + raw.length, 12);
  end.writeUInt32LE(30 + raw.length + data.length, 16);
  return Buffer.concat([local, raw, data, central, raw, end]);
}
