import type { Send } from '../../../bench/local/client.ts';
import {
  type AccountModel,
  ask,
  type Change,
  type Choosing,
  CONTAINER,
  contentOf,
  encodePath,
  type Observed,
  pick,
  textOf,
} from './account-model.ts';
import { head, isEqual } from './flat-model.ts';

interface Node {
  /** Undefined for a directory. */
  readonly content: Buffer | undefined;
  /** Appended and not flushed; `unknown` after an append that was not answered. */
  readonly pending?: Buffer | 'unknown' | undefined;
  /** The Data Lake API appends to what it created, not to what the Blob API wrote. */
  readonly isAppendable?: boolean;
  readonly metadata: string;
  /** As it was set; undefined while it is that of a new path. */
  readonly acl: string | undefined;
}

type Tree = ReadonlyMap<string, Node>;

const DIRECTORY: Node = { content: undefined, metadata: '', acl: undefined };

/** What a hierarchical account does: files by both APIs, directories, renames, recursive deletions and access control. */
export const TREE_MODEL: AccountModel<Tree> = {
  async prepare(send, prefix) {
    await send({ method: 'PUT', path: `${urlPath(prefix)}?resource=directory` });
    return new Map([[prefix, DIRECTORY]]);
  },
  choose(state, context) {
    const { prefix, random } = context;
    const directory = `${prefix}/${pick(random, DIRECTORIES)}`;
    if (!state.has(directory)) return makeDirectory(state, directory);
    if (random.share() < 0.2) return onDirectory(state, directory, context);
    return onFile(state, `${directory}/${pick(random, FILES)}`, context);
  },
  observe,
};

const DIRECTORIES = ['d0', 'd1', 'd2', 'd3'];
const FILES = ['f0', 'f1', 'f2'];

function onDirectory(state: Tree, directory: string, context: Choosing): Change<Tree> {
  const { prefix, random, number } = context;
  const free = DIRECTORIES.map((name) => `${prefix}/${name}`).filter((path) => !state.has(path));
  const isPending = below(state, directory).some(([, { pending }]) => pending !== undefined);
  const share = random.share();
  if (share < 0.4 && free.length > 0 && !isPending) return rename(state, directory, pick(random, free));
  return share < 0.7 ? remove(state, directory) : setAcl(state, directory, number, true);
}

function onFile(state: Tree, path: string, context: Choosing): Change<Tree> {
  const { random, number } = context;
  const there = state.get(path);
  if (there?.content === undefined)
    return random.share() < 0.5 ? createFile(state, path) : put(state, path, context);
  if (there.pending === 'unknown') return createFile(state, path);
  if (there.pending !== undefined) return flush(state, path, there.content, there.pending);
  const share = random.share();
  if (share < 0.3 && there.isAppendable === true)
    return append(state, path, there.content, contentOf(context));
  if (share < 0.5) return put(state, path, context);
  if (share < 0.6) return remove(state, path);
  if (share < 0.7) return setMetadata(state, path, number);
  if (share < 0.8) return setAcl(state, path, number, false);
  const parent = path.slice(0, path.lastIndexOf('/'));
  const others = FILES.map((name) => `${parent}/${name}`).filter((each) => each !== path);
  return rename(state, path, pick(random, others));
}

function makeDirectory(state: Tree, path: string): Change<Tree> {
  const call = { method: 'PUT', path: `${urlPath(path)}?resource=directory` } as const;
  return { call, status: 201, after: new Map([...state, [path, DIRECTORY]]) };
}

function createFile(state: Tree, path: string): Change<Tree> {
  const after = new Map([...state, [path, { ...DIRECTORY, content: Buffer.alloc(0), isAppendable: true }]]);
  return { call: { method: 'PUT', path: `${urlPath(path)}?resource=file` }, status: 201, after };
}

function put(state: Tree, path: string, context: Choosing): Change<Tree> {
  const content = contentOf(context);
  const metadata = String(context.number);
  const headers = { 'x-ms-blob-type': 'BlockBlob', 'x-ms-meta-n': metadata };
  return {
    call: { method: 'PUT', path: urlPath(path), headers, body: content },
    status: 201,
    after: new Map([...state, [path, { ...DIRECTORY, content, metadata }]]),
  };
}

function append(state: Tree, path: string, there: Buffer, content: Buffer): Change<Tree> {
  const pending = Buffer.concat([content, Buffer.from('.')]);
  return {
    call: {
      method: 'PATCH',
      path: `${urlPath(path)}?action=append&position=${there.length}`,
      body: pending,
    },
    status: 202,
    after: changed(state, path, { pending }),
    inDoubt: changed(state, path, { pending: 'unknown' }),
  };
}

function flush(state: Tree, path: string, there: Buffer, pending: Buffer): Change<Tree> {
  const position = there.length + pending.length;
  return {
    call: { method: 'PATCH', path: `${urlPath(path)}?action=flush&position=${position}&close=true` },
    status: 200,
    after: changed(state, path, { content: Buffer.concat([there, pending]), pending: undefined }),
    // Both what was flushed and what was not leave a file that can be created anew.
    inDoubt: changed(state, path, { pending: 'unknown' }),
  };
}

function remove(state: Tree, path: string): Change<Tree> {
  const isDirectory = state.get(path)?.content === undefined;
  const after = new Map(state);
  for (const [each] of [...below(state, path), [path]] as const) after.delete(each);
  const call = { method: 'DELETE', path: `${urlPath(path)}?recursive=${isDirectory}` } as const;
  return { call, status: 200, after };
}

function rename(state: Tree, from: string, to: string): Change<Tree> {
  const after = new Map(state);
  for (const [each, node] of [...below(state, from), [from, state.get(from) ?? DIRECTORY] as const]) {
    after.delete(each);
    after.set(to + each.slice(from.length), node);
  }
  return {
    call: { method: 'PUT', path: urlPath(to), headers: { 'x-ms-rename-source': urlPath(from) } },
    status: 201,
    after,
  };
}

function setMetadata(state: Tree, path: string, number: number): Change<Tree> {
  const metadata = String(number);
  return {
    call: {
      method: 'PUT',
      path: `${urlPath(path)}?comp=metadata`,
      headers: { 'x-ms-meta-n': metadata },
    },
    status: 200,
    after: changed(state, path, { metadata }),
  };
}

function setAcl(state: Tree, path: string, number: number, isRecursive: boolean): Change<Tree> {
  const letters = ['---', 'r--', '-w-', 'rw-', '--x', 'r-x', '-wx', 'rwx'][number % 8] ?? '';
  const acl = `user::rwx,group::r-x,other::${letters}`;
  const action = isRecursive ? 'setAccessControlRecursive&mode=set' : 'setAccessControl';
  let after = changed(state, path, { acl });
  if (isRecursive) for (const [each] of below(state, path)) after = changed(after, each, { acl });
  return {
    call: {
      method: 'PATCH',
      path: `${urlPath(path)}?action=${action}`,
      headers: { 'x-ms-acl': acl },
    },
    status: 200,
    after,
  };
}

const urlPath = (path: string): string => `/${CONTAINER}/${encodePath(path)}`;

function below(state: Tree, path: string): readonly (readonly [path: string, node: Node])[] {
  return [...state].filter(([each]) => each.startsWith(`${path}/`));
}

function changed(state: Tree, path: string, change: Partial<Node>): Tree {
  const there = state.get(path);
  if (there === undefined) throw new Error(`the model has no ${path}`);
  return new Map([...state, [path, { ...there, ...change }]]);
}

interface ListedPath {
  readonly name: string;
  readonly isDirectory?: string;
  readonly contentLength?: string;
}

async function observe(send: Send, prefix: string): Promise<Observed<Tree>> {
  const lake = await ask(send, `/${CONTAINER}?resource=filesystem&recursive=true&directory=${prefix}`);
  const { paths } = JSON.parse(lake.body.toString()) as { paths: ListedPath[] };
  const blobs = `/${CONTAINER}?restype=container&comp=list&include=metadata&prefix=${prefix}/`;
  const entries = (await ask(send, blobs)).body.toString().split('<Blob>').slice(1);
  const byBlobs = new Map(entries.map((entry) => [textOf(entry, 'Name'), entry]));
  const names = [[...byBlobs.keys()], paths.map(({ name }) => name)].map((each) => each.toSorted().join(' '));
  if (names[0] !== names[1]) throw new Error(`List Blobs: ${names[0]}; Path List: ${names[1]}`);

  const found = new Map<string, Node>();
  const all: readonly ListedPath[] = [{ name: prefix, isDirectory: 'true' }, ...paths];
  for (const { name, isDirectory, contentLength = '0' } of all) {
    const access = await ask(send, `${urlPath(name)}?action=getAccessControl`, 'HEAD');
    const entry = byBlobs.get(name) ?? '';
    const content = isDirectory === 'true' ? undefined : (await ask(send, urlPath(name))).body;
    const lengths = [contentLength, textOf(entry, 'Content-Length')].map(Number);
    if (content !== undefined && lengths.some((length) => length !== content.length))
      throw new Error(
        `${name}: ${lengths.join(' and ')} bytes in the listings, ${content.length} in the answer`,
      );
    const acl = String(access.headers['x-ms-acl']);
    found.set(name, { content, metadata: textOf(entry, 'n'), acl });
  }
  return { difference: (state) => differenceOf(found, state) };
}

function differenceOf(found: Tree, expected: Tree): string {
  for (const path of new Set([...found.keys(), ...expected.keys()])) {
    const [is, should] = [found.get(path), expected.get(path)];
    const acl = should?.acl === undefined ? undefined : is?.acl;
    const [one, other] = [describe(is && { ...is, acl }), describe(should)];
    if (one !== other) return `${path}: ${one}; it should be ${other}`;
    if (!isEqual(is?.content, should?.content))
      return `${path}: content is ${head(is?.content)}; it should be ${head(should?.content)}`;
  }
  return '';
}

/** All but the bytes. */
function describe(node: Node | undefined): string {
  if (node === undefined) return 'not there';
  const { content, metadata, acl } = node;
  const kind = content === undefined ? 'directory' : `file of ${content.length} bytes`;
  return `${kind}, metadata ${metadata}, access ${acl ?? 'of a new path'}`;
}
