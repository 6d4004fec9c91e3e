import { readdirSync, readFileSync } from 'node:fs';
import { ParseOption, XmlBufferInputProvider, XmlDocument, XmlLibError, xmlRegisterInputProvider } from 'libxml2-wasm';

const folder = new URL('../fixtures/svg11/', import.meta.url);
const files = readdirSync(folder).filter((name) => /\.(dtd|mod)$/.test(name));
xmlRegisterInputProvider(
  new XmlBufferInputProvider(Object.fromEntries(files.map((name) => [name, new Uint8Array(readFileSync(new URL(name, folder)))]))),
);

/** What SVG 2 and ARIA add and we use, as extensions of a DTD are written: in the document's own subset. */
const extensions = `
  <!ATTLIST svg role CDATA #IMPLIED aria-labelledby IDREFS #IMPLIED>
  <!ATTLIST image data-axes CDATA #IMPLIED>
`;

/** What libxml2 has against an SVG document: where it is no valid SVG 1.1, after the W3C's DTD. Empty for a valid one. */
export function validateSVG(source: string): string[] {
  const whole = `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [${extensions}]>\n${source}`;
  const option = ParseOption.XML_PARSE_DTDLOAD | ParseOption.XML_PARSE_DTDVALID | ParseOption.XML_PARSE_HUGE;
  try {
    XmlDocument.fromString(whole, { option }).dispose();
    return [];
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    return error.details.map(({ message }) => message.trim());
  }
}
