import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the parts of `@sparticuz/chromium` lie once unpacked; every path is absolute. */
export interface UnpackedChromium {
  readonly executable: string;
  /** NSS, NSPR and expat, for machines without them: belongs on LD_LIBRARY_PATH. */
  readonly libraries: string;
  /** A folder with a `fonts.conf` and one sans-serif family: FONTCONFIG_PATH. */
  readonly fonts: string;
  /** The Vulkan loader that finds the software driver. */
  readonly vulkanLoader: string;
  /** SwiftShader's manifest: VK_ICD_FILENAMES. */
  readonly vulkanDriver: string;
}

/**
 * Unpacks the software Vulkan driver, the fonts and the libraries of `@sparticuz/chromium` (and the browser itself, 190 MB, only when
 * `browser` is asked for) into `node_modules/.cache`, once; several processes may call it at a time. The package's own unpacking goes to
 * fixed names in the temporary folder and leaves the libraries out unless it finds itself on AWS.
 */
export function unpackChromium({ browser = false } = {}): UnpackedChromium {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`@sparticuz/chromium is for linux-x64; this is ${process.platform}-${process.arch}.`);
  }
  const packageFolder = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..', '..');
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const folder = join(root, 'node_modules', '.cache', 'activation-lens', `chromium-${version}`);
  const archive = (name: string) => brotliDecompressSync(readFileSync(join(packageFolder, 'bin', name)));

  // Chromium looks for ANGLE and SwiftShader beside its executable.
  const program = once(join(folder, 'driver'), (into) => untar(archive('swiftshader.tar.br'), into));
  const libraries = once(join(folder, 'libraries'), (into) => untar(archive('al2023.tar.br'), into));
  const fonts = once(join(folder, 'fonts'), (into) => {
    untar(archive('fonts.tar.br'), into);
    // The archive's own fonts.conf names folders of AWS Lambda.
    const config = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir prefix="relative">fonts</dir><cachedir prefix="relative">cache</cachedir></fontconfig>`;
    writeFileSync(join(into, 'fonts.conf'), config);
  });
  if (browser && !existsSync(join(program, 'chromium'))) {
    const temporary = join(program, `chromium.${process.pid}`);
    writeFileSync(temporary, archive('chromium.br'), { mode: 0o755 });
    renameSync(temporary, join(program, 'chromium'));
  }
  return {
    executable: join(program, 'chromium'),
    libraries: join(libraries, 'lib'),
    fonts,
    vulkanLoader: join(program, 'libvulkan.so.1'),
    vulkanDriver: join(program, 'vk_swiftshader_icd.json'),
  };
}

/** Fills `folder` through a temporary neighbour, so that another process never sees it half full. */
function once(folder: string, fill: (into: string) => void): string {
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}-`);
  fill(temporary);
  try {
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Writes the files of an uncompressed ustar archive below `into`. */
function untar(tar: Buffer, into: string): void {
  for (let at = 0; at + 512 <= tar.length; ) {
    const text = (from: number, length: number) => tar.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const name = text(0, 100);
    if (name === '') return;
    const size = Number.parseInt(text(124, 12), 8);
    const type = text(156, 1);
    const path = join(into, name);
    if (relative(into, path).startsWith('..')) throw new Error(`'${name}' leaves the folder it is unpacked to.`);
    if (type === '5') mkdirSync(path, { recursive: true });
    else if (type === '0' || type === '') {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, tar.subarray(at + 512, at + 512 + size), { mode: Number.parseInt(text(100, 8), 8) & 0o777 });
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
