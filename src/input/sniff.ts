/** Formats that are decoded. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'bmp';

interface Signature {
  readonly name: string;
  readonly format?: ImageFormat;
  matches(text: string): boolean;
}

const ISO_BRANDS = /^....ftyp(avif|avis|heic|heix|hevc|mif1|msf1)/s;

/** Told from the first bytes, never from the name: PNG files named .jpg are common. */
const SIGNATURES: readonly Signature[] = [
  { name: 'PNG', format: 'png', matches: (text) => text.startsWith('\x89PNG\r\n\x1a\n') },
  { name: 'JPEG', format: 'jpeg', matches: (text) => text.startsWith('\xff\xd8\xff') },
  { name: 'WebP', format: 'webp', matches: (text) => text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP' },
  { name: 'GIF', format: 'gif', matches: (text) => text.startsWith('GIF87a') || text.startsWith('GIF89a') },
  { name: 'BMP', format: 'bmp', matches: (text) => text.startsWith('BM') },
  { name: 'a TIFF picture', matches: (text) => text.startsWith('II*\0') || text.startsWith('MM\0*') },
  { name: 'an AVIF or HEIC picture', matches: (text) => ISO_BRANDS.test(text) },
  { name: 'a JPEG 2000 picture', matches: (text) => text.startsWith('\0\0\0\x0cjP  ') || text.startsWith('\xff\x4f\xff\x51') },
  { name: 'a DICOM file', matches: (text) => text.slice(128, 132) === 'DICM' },
  { name: 'a PDF document', matches: (text) => text.startsWith('%PDF') },
  { name: 'an SVG drawing', matches: (text) => /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg/i.test(text) },
  { name: 'an HTML page (the server may have sent its "not found" page)', matches: (text) => /^\s*(<!doctype html|<html)/i.test(text) },
  { name: 'an HDF5 file (a model?)', matches: (text) => text.startsWith('\x89HDF\r\n\x1a\n') },
  { name: 'a zip archive', matches: (text) => text.startsWith('PK\x03\x04') },
  { name: 'text', matches: (text) => text.length > 0 && /^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(text) },
];

/** The format of a picture's bytes, or a phrase for what they are instead. */
export function sniff(bytes: Uint8Array): { readonly format: ImageFormat } | { readonly instead: string } {
  let text = '';
  for (let i = 0; i < Math.min(bytes.length, 256); i++) text += String.fromCharCode(bytes[i]!);
  if (text === '') return { instead: 'empty' };
  const found = SIGNATURES.find((signature) => signature.matches(text));
  if (found?.format) return { format: found.format };
  return { instead: found?.name ?? 'no picture that is known here' };
}
