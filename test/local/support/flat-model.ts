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

type BlobType = 'BlockBlob' | 'AppendBlob' | 'PageBlob';

interface Blob {
  readonly type: BlobType;
  /** Undefined while only blocks are there. */
  readonly content: Buffer | undefined;
  readonly metadata: string;
  readonly tags: string;
  /** Their contents, the oldest first. */
  readonly snapshots: readonly Buffer[];
  /** Uncommitted blocks. */
  readonly staged: ReadonlyMap<string, Buffer>;
}

type Blobs = ReadonlyMap<string, Blob>;

const FRESH = { metadata: '', tags: '', snapshots: [], staged: new Map<string, Buffer>() } as const;
const MAX_APPENDED = 200_000;
const PAGES_SIZE = 128 * 1024;
const SECTOR = 512;

/** What a flat account does: blobs of each type, blocks, snapshots, tags, metadata, copies and deletions. */
export const FLAT_MODEL: AccountModel<Blobs> = {
  prepare: () => Promise.resolve(new Map()),
  choose(state, context) {
    const kind = pick(context.random, ['block', 'block', 'block', 'list', 'append', 'page']);
    const path = `${context.prefix}/${kind}-${pick(context.random, kind === 'block' ? [0, 1, 2, 3] : [0])}`;
    return CHOICES[kind]?.(state, path, context) ?? put(state, path, context);
  },
  observe,
};

type Choice = (state: Blobs, path: string, context: Choosing) => Change<Blobs>;

const CHOICES: Readonly<Record<string, Choice>> = {
  block(state, path, context) {
    const there = state.get(path);
    if (there === undefined || context.random.share() < 0.35) return put(state, path, context);
    const change = pick(context.random, [remove, setMetadata, setTags, snapshot, copy]);
    return change(state, path, context);
  },
  list(state, path, context) {
    const there = state.get(path);
    const staged = there?.staged.size ?? 0;
    if (staged > 0 && context.random.share() < 0.4) return commit(state, path, context);
    if (there !== undefined && staged === 0 && context.random.share() < 0.3)
      return remove(state, path, context);
    return stage(state, path, context);
  },
  append(state, path, context) {
    const there = state.get(path)?.content;
    if (there === undefined || there.length > MAX_APPENDED)
      return create(state, path, 'AppendBlob', Buffer.alloc(0), {});
    const block = contentOf(context).subarray(0, 100_000);
    if (block.length === 0) return remove(state, path, context);
    return {
      call: { method: 'PUT', path: `${urlPath(path)}?comp=appendblock`, body: block },
      status: 201,
      after: changed(state, path, { content: Buffer.concat([there, block]) }),
    };
  },
  page(state, path, context) {
    const there = state.get(path)?.content;
    if (there === undefined)
      return create(state, path, 'PageBlob', Buffer.alloc(PAGES_SIZE), {
        'x-ms-blob-content-length': String(PAGES_SIZE),
      });
    const [from, to] = [context.random.share(), context.random.share()].toSorted((a, b) => a - b);
    const sectors = PAGES_SIZE / SECTOR;
    const begin = Math.floor((from ?? 0) * sectors) * SECTOR;
    const end = (Math.floor((to ?? 0) * (sectors - 1)) + 1) * SECTOR;
    const isCleared = context.random.share() < 0.3;
    const written = Buffer.alloc(Math.max(SECTOR, end - begin), isCleared ? 0 : `${context.number} `);
    const content = Buffer.from(there);
    written.copy(content, begin);
    return {
      call: {
        method: 'PUT',
        path: `${urlPath(path)}?comp=page`,
        headers: {
          'x-ms-page-write': isCleared ? 'clear' : 'update',
          'x-ms-range': `bytes=${begin}-${begin + written.length - 1}`,
        },
        ...(!isCleared && { body: written }),
      },
      status: 201,
      after: changed(state, path, { content }),
    };
  },
};

const put: Choice = (state, path, context) => {
  const content = contentOf(context);
  const headers = {
    'x-ms-blob-type': 'BlockBlob',
    'x-ms-meta-n': String(context.number),
    'x-ms-tags': `n=${context.number}`,
  };
  return {
    call: { method: 'PUT', path: urlPath(path), headers, body: content },
    status: 201,
    after: replaced(state, path, {
      type: 'BlockBlob',
      content,
      metadata: String(context.number),
      tags: String(context.number),
    }),
  };
};

function create(
  state: Blobs,
  path: string,
  type: BlobType,
  content: Buffer,
  headers: Readonly<Record<string, string>>,
): Change<Blobs> {
  return {
    call: { method: 'PUT', path: urlPath(path), headers: { 'x-ms-blob-type': type, ...headers } },
    status: 201,
    after: replaced(state, path, { type, content }),
  };
}

const remove: Choice = (state, path) => ({
  call: {
    method: 'DELETE',
    path: urlPath(path),
    headers: (state.get(path)?.snapshots.length ?? 0) > 0 ? { 'x-ms-delete-snapshots': 'include' } : {},
  },
  status: 202,
  after: new Map([...state].filter(([each]) => each !== path)),
});

const setMetadata: Choice = (state, path, { number }) => ({
  call: {
    method: 'PUT',
    path: `${urlPath(path)}?comp=metadata`,
    headers: { 'x-ms-meta-n': String(number) },
  },
  status: 200,
  after: changed(state, path, { metadata: String(number) }),
});

const setTags: Choice = (state, path, { number }) => ({
  call: {
    method: 'PUT',
    path: `${urlPath(path)}?comp=tags`,
    headers: { 'content-type': 'application/xml' },
    body: Buffer.from(`<Tags><TagSet><Tag><Key>n</Key><Value>${number}</Value></Tag></TagSet></Tags>`),
  },
  status: 204,
  after: changed(state, path, { tags: String(number) }),
});

const snapshot: Choice = (state, path) => {
  const there = state.get(path);
  return {
    call: { method: 'PUT', path: `${urlPath(path)}?comp=snapshot` },
    status: 201,
    after: changed(state, path, {
      snapshots: [...(there?.snapshots ?? []), there?.content ?? Buffer.alloc(0)],
    }),
  };
};

const copy: Choice = (state, path, { prefix, urlOf }) => {
  const target = `${prefix}/copy`;
  const from = state.get(path);
  return {
    call: {
      method: 'PUT',
      path: urlPath(target),
      headers: { 'x-ms-copy-source': urlOf(path), 'x-ms-requires-sync': 'true' },
    },
    status: 202,
    after: replaced(state, target, {
      type: 'BlockBlob',
      content: from?.content,
      metadata: from?.metadata ?? '',
    }),
  };
};

const stage: Choice = (state, path, context) => {
  const staged = state.get(path)?.staged ?? new Map<string, Buffer>();
  const id = `block-${String(staged.size).padStart(3, '0')}`;
  const content = Buffer.concat([contentOf(context), Buffer.from('.')]);
  const blocks = new Map([...staged, [id, content]]);
  return {
    call: {
      method: 'PUT',
      path: `${urlPath(path)}?comp=block&blockid=${encodeURIComponent(encodeId(id))}`,
      body: content,
    },
    status: 201,
    after: state.has(path)
      ? changed(state, path, { staged: blocks })
      : replaced(state, path, { type: 'BlockBlob', content: undefined, staged: blocks }),
  };
};

const commit: Choice = (state, path, { number }) => {
  const staged = state.get(path)?.staged ?? new Map<string, Buffer>();
  const ids = [...staged.keys()].map((id) => `<Latest>${encodeId(id)}</Latest>`);
  return {
    call: {
      method: 'PUT',
      path: `${urlPath(path)}?comp=blocklist`,
      headers: { 'content-type': 'application/xml', 'x-ms-meta-n': String(number) },
      body: Buffer.from(`<?xml version="1.0" encoding="utf-8"?><BlockList>${ids.join('')}</BlockList>`),
    },
    status: 201,
    after: replaced(state, path, {
      type: 'BlockBlob',
      content: Buffer.concat([...staged.values()]),
      metadata: String(number),
    }),
  };
};

const urlPath = (path: string): string => `/${CONTAINER}/${encodePath(path)}`;
const encodeId = (id: string): string => Buffer.from(id).toString('base64');

/** A new content, which keeps the snapshots and nothing else. */
function replaced(state: Blobs, path: string, blob: Pick<Blob, 'type' | 'content'> & Partial<Blob>): Blobs {
  return new Map([...state, [path, { ...FRESH, snapshots: state.get(path)?.snapshots ?? [], ...blob }]]);
}

function changed(state: Blobs, path: string, change: Partial<Blob>): Blobs {
  const there = state.get(path);
  if (there === undefined) throw new Error(`the model has no ${path}`);
  return new Map([...state, [path, { ...there, ...change }]]);
}

async function observe(send: Send, prefix: string): Promise<Observed<Blobs>> {
  const include = 'snapshots,metadata,tags,uncommittedblobs';
  const list = `/${CONTAINER}?restype=container&comp=list&prefix=${prefix}/`;
  const entries = (await ask(send, `${list}&include=${include}`)).body.toString().split('<Blob>').slice(1);
  const found = new Map<string, Blob>();
  for (const entry of entries) {
    const [path, snapshotId] = [textOf(entry, 'Name'), textOf(entry, 'Snapshot')];
    const query = snapshotId === '' ? '' : `?snapshot=${snapshotId}`;
    const read = await send({ method: 'GET', path: `${urlPath(path)}${query}` });
    const content = read.status === 200 ? read.body : undefined;
    const listed = Number(textOf(entry, 'Content-Length'));
    if (content !== undefined && content.length !== listed)
      throw new Error(`${path}: ${listed} bytes in the listing, ${content.length} in the answer`);
    const former = found.get(path);
    if (snapshotId === '') {
      const isListed = path.endsWith('list-0');
      found.set(path, {
        type: textOf(entry, 'BlobType') as BlobType,
        content,
        metadata: textOf(entry, 'n'),
        tags: textOf(entry, 'Value'),
        snapshots: former?.snapshots ?? [],
        // Their content is seen when they are committed.
        staged: isListed ? await stagedOf(send, path) : new Map(),
      });
    } else {
      const snapshots = [...(former?.snapshots ?? []), content ?? Buffer.alloc(0)];
      found.set(path, { ...FRESH, type: 'BlockBlob', content: undefined, ...former, snapshots });
    }
  }
  const committed = (await ask(send, list)).body.toString().split('<Blob>').slice(1);
  const names = committed.map((entry) => textOf(entry, 'Name')).join(' ');
  const readable = [...found].filter(([, { content }]) => content !== undefined).map(([path]) => path);
  if (names !== readable.join(' ')) throw new Error(`listed: ${names}; read: ${readable.join(' ')}`);
  return { difference: (state: Blobs) => differenceOf(found, state) };
}

async function stagedOf(send: Send, path: string): Promise<ReadonlyMap<string, Buffer>> {
  const blocks = await ask(send, `${urlPath(path)}?comp=blocklist&blocklisttype=uncommitted`);
  return new Map(
    blocks.body
      .toString()
      .split('<Block>')
      .slice(1)
      .map((block) => {
        const id = Buffer.from(textOf(block, 'Name'), 'base64').toString();
        return [id, Buffer.alloc(Number(textOf(block, 'Size')))];
      }),
  );
}

function differenceOf(found: Blobs, expected: Blobs): string {
  for (const path of new Set([...found.keys(), ...expected.keys()])) {
    const [is, should] = [found.get(path), expected.get(path)];
    const [one, other] = [describe(is), describe(should)];
    if (one !== other) return `${path}: ${one}; it should be ${other}`;
    const contents = [is?.content, ...(is?.snapshots ?? [])];
    const wanted = [should?.content, ...(should?.snapshots ?? [])];
    const wrong = contents.findIndex((content, index) => !isEqual(content, wanted[index]));
    if (wrong >= 0)
      return `${path}: content ${wrong} is ${head(contents[wrong])}; it should be ${head(wanted[wrong])}`;
  }
  return '';
}

/** All but the bytes. */
function describe(blob: Blob | undefined): string {
  if (blob === undefined) return 'not there';
  const { type, content, metadata, tags, snapshots, staged } = blob;
  const sizes = snapshots.map(({ length }) => length).join(' ');
  const blocks = [...staged].map(([id, { length }]) => `${id}: ${length}`).join(' ');
  return `${type} of ${content?.length} bytes, metadata ${metadata}, tags ${tags}, snapshots ${sizes}, blocks ${blocks}`;
}

export const isEqual = (one: Buffer | undefined, other: Buffer | undefined): boolean =>
  one === undefined || other === undefined ? one === other : one.equals(other);

export const head = (content: Buffer | undefined): string => `${content?.toString('latin1', 0, 30)}…`;
