/** An element, its text (of itself and of what it holds, in order) and its child elements. */
export interface XMLElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XMLElement[];
  text: string;
}

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" };

/**
 * Reads an XML document of elements, attributes and text, and throws at the first thing that is not well-formed (XML 1.0, fifth edition):
 * tags that do not match, attributes without quotes or twice, a bare '&' or '<', characters that XML has not.
 */
export function readXML(source: string): XMLElement {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those XML forbids
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(source)) throw new Error('a character that XML has not');
  const decode = (text: string) => {
    if (/&(?!(amp|lt|gt|quot|apos);)/.test(text) || text.includes('<')) throw new Error(`bare & or < in ${text.slice(0, 80)}`);
    return text.replace(/&\w+;/g, (entity) => entities[entity]!);
  };
  const root: XMLElement = { name: '', attributes: {}, children: [], text: '' };
  const open: XMLElement[] = [root];
  let at = 0;
  while (at < source.length) {
    const top = open[open.length - 1]!;
    const next = source.indexOf('<', at);
    const text = source.slice(at, next < 0 ? undefined : next);
    if (open.length === 1 && text.trim() !== '') throw new Error(`text outside the root: ${text}`);
    top.text += decode(text);
    if (next < 0) break;
    const close = /^<\/([\w:-]+)\s*>/.exec(source.slice(next, next + 100));
    if (close) {
      if (open.length === 1 || top.name !== close[1]) throw new Error(`</${close[1]}> closes <${top.name}>`);
      open.pop();
      at = next + close[0].length;
      continue;
    }
    const end = source.indexOf('>', next);
    const tag = /^<([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>$/.exec(source.slice(next, end + 1));
    if (!tag) throw new Error(`not a tag: ${source.slice(next, next + 120)}`);
    const attributes: Record<string, string> = {};
    for (const [, name, value] of tag[2]!.matchAll(/([\w:-]+)="([^"]*)"/g)) {
      if (attributes[name!] !== undefined) throw new Error(`${name} twice`);
      attributes[name!] = decode(value!);
    }
    const element: XMLElement = { name: tag[1]!, attributes, children: [], text: '' };
    top.children.push(element);
    if (tag[3] === '') open.push(element);
    at = end + 1;
  }
  if (open.length !== 1) throw new Error(`<${open[open.length - 1]!.name}> is not closed`);
  if (root.children.length !== 1) throw new Error(`${root.children.length} roots`);
  return root.children[0]!;
}
