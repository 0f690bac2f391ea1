import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/mirror/policy.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { parseEtag } from '../../src/model/etag.ts';
import { parseContainerName } from '../../src/model/key.ts';
import { ABSENT, type BlobPresent } from '../../src/model/reading.ts';
import { createScope } from '../../src/model/scope.ts';
import type { AccountInspector } from '../../src/ports/account-inspector.ts';
import { compareKey } from '../../src/verify/compare-key.ts';
import { examine } from '../../src/verify/examine.ts';
import type { Verification } from '../../src/verify/verification.ts';
import { verifyContainer } from '../../src/verify/verify-container.ts';
import { KEY } from '../support/keys.ts';
import { POLICY } from '../support/memory-pair.ts';

const VERSION = parseEtag('0xA');
const ACCESS = {
  owner: 'anna',
  group: 'g',
  permissions: 'rwxr-x---',
  acl: 'user::rwx,group::r-x,other::---',
};

const source: BlobPresent = {
  present: true,
  etag: VERSION,
  lastModified: new Date(0),
  size: 4,
  kind: 'block',
  contentMd5: undefined,
  headers: {},
  metadata: {},
  stamp: undefined,
  archived: false,
};
const backup: BlobPresent = {
  ...source,
  etag: parseEtag('0xB'),
  stamp: { account: 'sourceaccount', etag: VERSION, lastModified: new Date(0) },
};

/** Two accounts whose blobs have these bytes. */
function task(changes: Partial<Verification> = {}, bytes = { source: 'same', backup: 'same' }) {
  const reads: string[] = [];
  const side = (name: 'source' | 'backup') =>
    ({
      account: `${name}account`,
      readRange: async () => {
        reads.push(name);
        return await Promise.resolve(Buffer.from(bytes[name]));
      },
    }) as unknown as AccountInspector;
  const made = {
    source: side('source'),
    backup: side('backup'),
    scope: createScope('sourceaccount'),
    policy: POLICY,
    containers: undefined,
    prefix: '',
    content: 'read',
    settleMs: 0,
    found: () => undefined,
    stillMoving: () => undefined,
    ...changes,
  } as Verification;
  return { task: made, reads };
}

async function compare(
  ours: Partial<BlobPresent>,
  theirs: Partial<BlobPresent>,
  policy: Partial<Policy> = {},
  tags: { source?: Record<string, string>; backup?: Record<string, string> } = {},
  bytes?: { source: string; backup: string },
) {
  const { task: made, reads } = task({ policy: { ...POLICY, ...policy } }, bytes);
  const compared = await compareKey(made, KEY, {
    source: { reading: { ...source, ...ours }, tags: tags.source ?? {} },
    backup: { reading: { ...backup, ...theirs }, tags: tags.backup ?? {} },
  });
  const found = compared.kind === 'differs' ? compared.differences.map(({ difference }) => difference) : [];
  return { kind: compared.kind, found, reads };
}

describe('what is mirrored by the settings is compared, and nothing else:', () => {
  it('access', async () => {
    const other = { access: { ...ACCESS, owner: 'bob' } };
    expect((await compare({ access: ACCESS }, other)).found).toEqual(['owner']);
    expect((await compare({ access: ACCESS }, other, { acl: 'off' })).kind).toBe('equal');
  });

  it('tags', async () => {
    const tags = { source: { a: '1' }, backup: { b: '2' } };
    expect((await compare({}, {}, {}, tags)).found).toEqual(['tag', 'tag']);
    expect((await compare({}, {}, { tags: 'off' }, tags)).kind).toBe('equal');
  });

  it('deletions', async () => {
    const { task: made } = task({ policy: { ...POLICY, deletes: 'keep' } });
    const views = { source: undefined, backup: { reading: backup, tags: {} } };
    expect((await compareKey(made, KEY, views)).kind).toBe('kept');
  });
});

describe('content that is to be read', () => {
  const DIFFERENT = { source: 'same', backup: 'sole' };

  it('is read on both sides', async () => {
    expect(await compare({}, {}, {}, {}, DIFFERENT)).toMatchObject({
      found: ['content'],
      reads: ['source', 'backup'],
    });
  });

  it('is not read of an archived blob, which nobody can read', async () => {
    for (const archived of [
      [{ archived: true }, {}],
      [{}, { archived: true }],
    ] as const)
      expect((await compare(archived[0], archived[1], { tier: 'none' }, {}, DIFFERENT)).reads).toEqual([]);
  });

  it('is not read where the backup has another version anyway', async () => {
    const old = { account: 'sourceaccount', etag: parseEtag('0x9'), lastModified: new Date(0) };
    expect(await compare({}, { stamp: old }, {}, {}, DIFFERENT)).toMatchObject({
      found: ['stamp-etag'],
      reads: [],
    });
  });

  it('is read where the metadata has no room for a stamp, so that nothing else tells', async () => {
    const metadata = { full: 'x'.repeat(8150) };
    const { found } = await compare({ metadata }, { metadata, stamp: undefined }, {}, {}, DIFFERENT);
    expect(found).toEqual(['content']);
  });
});

it('a key is not read again for a verification that has failed', async () => {
  let reads = 0;
  const { task: made } = task({ settleMs: 300 });
  const read = async () => {
    reads++;
    return await Promise.resolve({ ...source, etag: parseEtag(`0x${reads}`), lastModified: new Date() });
  };
  const sides = {
    source: { ...made.source, read },
    backup: { ...made.backup, read: async () => await Promise.resolve(ABSENT) },
  } as unknown as Pick<Verification, 'source' | 'backup'>;
  expect(await examine({ ...made, ...sides }, KEY, AbortSignal.abort())).toEqual({ kind: 'still-moving' });
  expect(reads).toBe(1);
});

it('a blob that the service is still copying is no difference yet, and one of another version is', async () => {
  const stamp = { account: 'sourceaccount', etag: VERSION, lastModified: new Date(0) };
  const copying = (etag: string) => ({
    size: 0,
    stamp: undefined,
    pendingCopy: { stamp: { ...stamp, etag: parseEtag(etag) } },
  });
  expect((await compare({}, copying('0xA') as Partial<BlobPresent>)).kind).toBe('moving');
  expect((await compare({}, copying('0xC') as Partial<BlobPresent>)).kind).toBe('differs');
});

describe('a container that the backup lacks', () => {
  const NAME = parseContainerName('photos');

  /** The backup has it from the given look on. */
  async function look(settleMs: number, from: number, changedMsAgo = 0) {
    let looks = 0;
    const { task: made } = task({ settleMs });
    const account = {
      readPublicAccess: async () => await Promise.resolve('none' as const),
      readContainer: async () => await Promise.resolve({}),
      listReadings: async function* () {
        const lastModified = new Date(Date.now() - changedMsAgo);
        yield await Promise.resolve([{ path: KEY.path, reading: { ...source, lastModified }, tags: {} }]);
      },
    };
    const sides = {
      source: { ...made.source, ...account },
      backup: {
        ...made.backup,
        ...account,
        readContainer: async () => await Promise.resolve(++looks >= from ? {} : undefined),
      },
    } as unknown as Pick<Verification, 'source' | 'backup'>;
    const verified = await verifyContainer({ ...made, ...sides }, NAME, new AbortController().signal);
    return { found: verified.differences.map(({ difference }) => difference), looks };
  }

  it('is no difference while the mirror may be about to make it', async () => {
    expect(await look(600_000, 2)).toEqual({ found: [], looks: 2 });
  });

  it('is not one that cannot be read', async () => {
    const { task: made } = task();
    const away = {
      readPublicAccess: async () => await Promise.resolve('none' as const),
      readContainer: async () =>
        await Promise.reject(new BlobmirrorError('storage-unavailable', 'it is down')),
    };
    const sides = { backup: { ...made.backup, ...away } as unknown as Verification['backup'] };
    await expect(
      verifyContainer({ ...made, ...sides }, NAME, new AbortController().signal),
    ).rejects.toMatchObject({ code: 'storage-unavailable' });
  });

  it('is one at once where its first blob has been there for longer than the mirror takes', async () => {
    expect(await look(600_000, 2, 600_001)).toEqual({ found: ['container-missing'], looks: 1 });
    expect(await look(0, 2)).toEqual({ found: ['container-missing'], looks: 1 });
  });
});
