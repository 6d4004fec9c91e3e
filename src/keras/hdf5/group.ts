import { readAttributes } from './attributes';
import { unsupported } from './cursor';
import { openDataset } from './dataset';
import type { HDF5File } from './file';
import { MessageType, readObjectHeader } from './header';
import { isGroup, type Link, readLinks } from './links';
import type { HDF5Dataset, HDF5Group, HDF5Value } from './types';

/** Soft links followed on one way: more are taken for a circle, as the library does. */
const MOST_SOFT_LINKS = 16;

/** Finds objects by path. The links of every group that was visited are kept; they are names and addresses only. */
export class Tree {
  private readonly links = new Map<number, Promise<Map<string, Link>>>();

  constructor(
    readonly file: HDF5File,
    private readonly root: number,
  ) {}

  rootGroup(): Promise<HDF5Group | HDF5Dataset | undefined> {
    return this.open(this.root, '/');
  }

  linksOf(address: number): Promise<Map<string, Link>> {
    let links = this.links.get(address);
    if (!links) {
      links = readObjectHeader(this.file, address).then((header) => (isGroup(header) ? readLinks(this.file, header) : new Map()));
      this.links.set(address, links);
      // A read that was aborted or failed is tried anew.
      links.catch(() => this.links.delete(address));
    }
    return links;
  }

  /** The object that `path` leads to from the group at `address`. */
  async find(address: number, from: string, path: string): Promise<HDF5Group | HDF5Dataset | undefined> {
    const wanted = path.startsWith('/') ? path : join(from, path);
    const names = split(path);
    let at = path.startsWith('/') ? this.root : address;
    let softLinks = 0;
    while (names.length > 0) {
      const name = names.shift()!;
      const link = (await this.linksOf(at)).get(name);
      if (!link) return undefined;
      if (link.kind === 'hard') {
        at = link.address;
      } else if (link.kind === 'soft') {
        if (++softLinks > MOST_SOFT_LINKS)
          throw this.file.corrupt(`the soft link '${name}' on the way to '${wanted}' leads in a circle`, at);
        if (link.target.startsWith('/')) at = this.root;
        names.unshift(...split(link.target));
      } else {
        throw unsupported(this.file.name, `a link out of the file at '${wanted}' (${link.text})`, 'Copy what it leads to into the file.');
      }
    }
    return this.open(at, join('/', wanted));
  }

  private async open(address: number, path: string): Promise<HDF5Group | HDF5Dataset | undefined> {
    const header = await readObjectHeader(this.file, address);
    if (isGroup(header)) return new Group(this, address, path);
    const types = new Set(header.messages.map(({ type }) => type));
    const isNamedType = types.has(MessageType.datatype) && !types.has(MessageType.dataspace);
    return isNamedType ? undefined : openDataset(this.file, header, path);
  }
}

class Group implements HDF5Group {
  readonly kind = 'group';

  constructor(
    private readonly tree: Tree,
    private readonly address: number,
    readonly path: string,
  ) {}

  async keys(): Promise<string[]> {
    return [...(await this.tree.linksOf(this.address)).keys()];
  }

  get(path: string): Promise<HDF5Group | HDF5Dataset | undefined> {
    return this.tree.find(this.address, this.path, path);
  }

  async attributes(): Promise<ReadonlyMap<string, HDF5Value>> {
    const { file } = this.tree;
    return readAttributes(file, await readObjectHeader(file, this.address));
  }
}

function split(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function join(from: string, path: string): string {
  return `/${[...split(from), ...split(path)].join('/')}`;
}
