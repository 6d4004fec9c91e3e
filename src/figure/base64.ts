import { check } from '../check';

/** Bytes as base64, without Node's Buffer. */
export function toBase64(bytes: Uint8Array | Uint8ClampedArray): string {
  const pieces: string[] = [];
  // In pieces: a function call takes only so many arguments.
  for (let i = 0; i < bytes.length; i += 0x8000) pieces.push(String.fromCharCode(...bytes.subarray(i, i + 0x8000)));
  return btoa(pieces.join(''));
}

/** The bytes that base64 text stands for. Throws `shape` when it is no base64. */
export function fromBase64(text: string): Uint8Array {
  let binary = '';
  try {
    binary = atob(text);
  } catch {
    check(false, 'shape', () => "A picture's data is a string that is no base64. Pass RGBA bytes, or what JSON.stringify(figure) wrote.");
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
