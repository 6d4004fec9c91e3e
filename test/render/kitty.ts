import { decode } from './decode';

/**
 * Reads a picture in kitty's graphics protocol (sw.kovidgoyal.net/kitty/graphics-protocol) and throws at what it forbids: chunks of more
 * than 4096 bytes or, but for the last, of no multiple of 4; keys other than `m` after the first; base64 that is none; a first command
 * that does not ask to show a PNG file, or anything between the commands.
 */
export function readKitty(text: string): { width: number; height: number; data: Uint8Array; keys: Record<string, string> } {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes begin with one
  const commands = [...text.matchAll(/\u001b_G([^;\u001b]*);([^\u001b]*)\u001b\\/g)];
  if (`${commands.map(([whole]) => whole).join('')}\n` !== text) throw new Error('something between the commands');
  const keysOf = (keys: string) => Object.fromEntries(keys.split(',').map((pair) => pair.split('=') as [string, string]));
  commands.forEach(([, keys, data], i) => {
    const last = i === commands.length - 1;
    if (keysOf(keys!).m !== (last ? '0' : '1')) throw new Error(`command ${i} of ${commands.length} says ${keys}`);
    if (i > 0 && !/^m=[01]$/.test(keys!)) throw new Error(`command ${i} has keys ${keys}`);
    if (data!.length === 0 || data!.length > 4096 || (!last && data!.length % 4 !== 0))
      throw new Error(`${data!.length} bytes in a command`);
  });
  const keys = keysOf(commands[0]![1]!);
  if (keys.a !== 'T' || keys.f !== '100') throw new Error('the first command does not ask to show a PNG file');
  const base64 = commands.map(([, , data]) => data).join('');
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new Error('no base64');
  return { ...decode(Buffer.from(base64, 'base64')), keys };
}
