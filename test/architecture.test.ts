import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SRC = new URL('../src/', import.meta.url);

/**
 * Who may import whom (docs/architecture.md draws it). A room is a folder of src; 'errors', 'check', 'crc32' and 'concatenate' are files every room may use.
 * `types` are rooms and packages of which only types may be imported.
 */
const ROOMS: Readonly<Record<string, { rooms: string[]; packages: (string | RegExp)[]; types?: (string | RegExp)[] }>> = {
  colormap: { rooms: [], packages: [] },
  image: { rooms: ['colormap'], packages: [] },
  figure: { rooms: ['colormap', 'image'], packages: [] },
  npy: { rooms: [], packages: ['fflate'], types: ['extract', 'model'] },
  png: { rooms: ['image', '#platform'], packages: [] },
  keras: { rooms: ['#platform'], packages: ['fflate'] },
  input: { rooms: ['image', 'png', '#platform'], packages: ['@tensorflow/tfjs-core'] },
  model: { rooms: ['keras', '#platform'], packages: [/^@tensorflow\/tfjs-(core|layers|converter)$/] },
  extract: { rooms: ['model'], packages: ['@tensorflow/tfjs-core'], types: ['colormap'] },
  render: { rooms: ['figure', 'image', 'colormap', 'png', 'webgpu', '#platform'], packages: ['fflate'] },
  webgpu: {
    rooms: ['colormap', 'image', 'extract', 'input', '#platform'],
    packages: ['@tensorflow/tfjs-core'],
    types: ['model', '@tensorflow/tfjs-backend-webgpu'],
  },
  platform: {
    rooms: [],
    packages: [/^node:/, '@napi-rs/canvas', 'webgpu', 'fflate', /^@tensorflow\/tfjs-backend-/],
    types: ['keras', 'image'],
  },
};

interface Import {
  readonly file: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const read = new Map<string, Import[]>();

/** Every import, export-from and dynamic import of a file. */
function importsOf(file: string): Import[] {
  const found = read.get(file) ?? parseImports(file);
  read.set(file, found);
  return found;
}

function parseImports(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(new URL(file, SRC), 'utf8'), ts.ScriptTarget.ESNext);
  const found: Import[] = [];
  const add = (to: ts.Node | undefined, typeOnly: boolean) => {
    if (to && ts.isStringLiteral(to)) found.push({ file, to: to.text, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const named = clause?.namedBindings;
      const allTypes =
        !clause?.name && named !== undefined && ts.isNamedImports(named) && named.elements.every(({ isTypeOnly }) => isTypeOnly);
      add(node.moduleSpecifier, clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || allTypes);
    } else if (ts.isExportDeclaration(node)) {
      const named = node.exportClause;
      const allTypes = named !== undefined && ts.isNamedExports(named) && named.elements.every(({ isTypeOnly }) => isTypeOnly);
      add(node.moduleSpecifier, node.isTypeOnly || allTypes);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The room of a relative import, or the package of any other. */
function targetOf({ file, to }: Import): string {
  if (!to.startsWith('.')) return to;
  const path = new URL(to, new URL(file, 'file:///src/')).pathname.replace('/src/', '');
  return path.includes('/') ? path.split('/')[0]! : path.replace(/\.ts$/, '');
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));

describe('arrows between rooms', () => {
  it('every folder is a room with rules', () => {
    const rooms = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]!));
    expect([...rooms].filter((room) => !(room in ROOMS))).toEqual([]);
  });

  it.each(Object.entries(ROOMS))('%s imports only what it may', (room, { rooms, packages, types = [] }) => {
    const matches = (list: readonly (string | RegExp)[], target: string) =>
      list.some((item) => (typeof item === 'string' ? item === target : item.test(target)));
    const wrong = files
      .filter((file) => file.startsWith(`${room}/`))
      .flatMap(importsOf)
      .filter((item) => {
        const target = targetOf(item);
        if (target === room || ['errors', 'check', 'crc32', 'concatenate'].includes(target)) return false;
        // Types of '#platform' come from the file that describes it, since no declaration file can follow `imports` everywhere.
        if (target === 'platform' && item.typeOnly && rooms.includes('#platform')) return false;
        return !(matches([...rooms, ...packages], target) || (item.typeOnly && matches(types, target)));
      });
    expect(wrong.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
  });

  it('only platform knows Node', () => {
    const builtins = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);
    const wrong = files
      .filter((file) => !file.startsWith('platform/'))
      .flatMap(importsOf)
      .filter(({ to }) => builtins.has(to));
    expect(wrong).toEqual([]);
  });

  it('no two files import each other, directly or around a corner, except for types', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter(({ to, typeOnly }) => to.startsWith('.') && !typeOnly)
          .map(({ to }) => new URL(to, new URL(file, 'file:///src/')).pathname.replace('/src/', ''))
          .map((path) => [`${path}.ts`, `${path}/index.ts`, path].find((candidate) => files.includes(candidate)) ?? path),
      ]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, trail: string[]) => {
      if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
      else if (!done.has(file)) for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('finds imports at all', () => {
    expect(importsOf('index.ts').length).toBeGreaterThan(10);
    expect(files.flatMap(importsOf).length).toBeGreaterThan(100);
  });
});
