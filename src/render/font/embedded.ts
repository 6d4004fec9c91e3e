import { unzlibSync } from 'fflate';
import { fromBase64 } from '../../figure/base64';
import { type Font, readFont } from './outlines';

/** Under this name the embedded font is registered with canvases, so that it never stands in for a font of the machine. */
export const fontFamily = 'Activation Lens Sans';

let bytes: Promise<Uint8Array> | undefined;
let font: Promise<Font> | undefined;

/** DejaVu Sans as a TrueType file, unpacked on the first call. */
export function fontBytes(): Promise<Uint8Array> {
  bytes ??= import('./dejavu.generated').then(({ fontData, fontLength }) =>
    unzlibSync(fromBase64(fontData), { out: new Uint8Array(fontLength) }),
  );
  return bytes;
}

/** The same font, ready to draw with. */
export function embeddedFont(): Promise<Font> {
  font ??= fontBytes().then(readFont);
  return font;
}
