import { describe, expect, it } from 'vitest';
import type { MemoryBlob } from '../memory/memory-account.ts';
import { type AdoptRequest, type AdoptResult, adopt, mayBeAdopted } from '../../src/mirror/listed-keys.ts';
import { createMirrorCore } from '../../src/mirror/mirror-core.ts';
import { parseEtag } from '../../src/model/etag.ts';
import { type BlobPresent, isBlob } from '../../src/model/reading.ts';
import { ADOPT_BY, type AdoptBy } from '../../src/model/adoption.ts';
import { splitStamp } from '../../src/model/stamp.ts';
import type { BackupStore } from '../../src/ports/backup-store.ts';
import { KEY } from '../support/keys.ts';
import { createMemoryPair, once, POLICY } from '../support/memory-pair.ts';
import { at, createMemoryTree, TREE_POLICY } from '../support/memory-tree.ts';

const BLOB: MemoryBlob = { content: 'balance=0100', contentMd5: 'm', metadata: { user: 'x' } };
const SIDES = { source: 'sourceaccount', backup: 'backupaccount' };

function scene(ours: Partial<MemoryBlob> = {}, before = once('never', () => {})) {
  const pair = createMemoryPair(before);
  pair.source.put(KEY, BLOB);
  pair.backup.put(KEY, { ...BLOB, metadata: {}, ...ours });
  return {
    ...pair,
    adopt: async (request: Partial<AdoptRequest> = {}): Promise<AdoptResult | undefined> =>
      await adopt({ source: pair.source, backup: pair.backup, policy: POLICY }, KEY, {
        by: 'read',
        ...request,
      }),
    stamp: () => splitStamp(pair.backup.peek(KEY)?.metadata ?? {}).stamp?.etag,
  };
}

describe.each(ADOPT_BY)('adopting by %s', (by) => {
  it('stamps what is proven to be equal and gives it the metadata of the source, by one write', async () => {
    const { adopt: take, calls, backup, source, stamp } = scene();
    expect(await take({ by })).toEqual({
      verdict: { verdict: 'adopted', by },
      hasMore: false,
      unproven: source.peek(KEY)?.etag,
    });
    expect(calls.filter((call) => !/read$|compare$/.test(call))).toEqual(['backupaccount.restamp']);
    expect(stamp()).toBe(source.peek(KEY)?.etag);
    expect(backup.peek(KEY)).toMatchObject({ content: BLOB.content, metadata: { user: 'x' } });
  });

  it.each<[string, Partial<MemoryBlob>]>([
    ['has another size', { content: 'balance' }],
    ['is of another kind', { kind: 'append' }],
    ['has other headers', { headers: { contentType: 'text/x' } }],
    ['is archived', { archived: true }],
    [
      'bears a stamp',
      { metadata: { blobmirror: 'v=1;account=third;etag=0x1;modified=2026-11-21T21:54:57.000Z' } },
    ],
    [
      'is a copy of ours that was left',
      {
        metadata: {
          blobmirror:
            'v=partial;bytes=1;for=v=1;account=sourceaccount;etag=0x1;modified=2026-11-21T21:54:57.000Z',
        },
      },
    ],
  ])('leaves to a look what %s, and reads nothing of it', async (_, ours) => {
    const { adopt: take, calls } = scene(ours);
    expect(await take({ by })).toBeUndefined();
    expect(calls).toEqual(['backupaccount.read', 'sourceaccount.read']);
  });
});

describe('adopting', () => {
  it('leaves a blob that declares another MD5, or none, to a check where MD5s are trusted', async () => {
    for (const contentMd5 of ['n', undefined]) {
      const { adopt: take } = scene({ contentMd5: contentMd5 as string });
      expect(await take({ by: 'md5' })).toBeUndefined();
    }
  });

  it('finds a difference under an equal MD5 by reading', async () => {
    const { adopt: take, stamp } = scene({ content: 'balance=9999' });
    expect(await take()).toBeUndefined();
    expect(stamp()).toBeUndefined();
  });

  it.each(['source', 'backup'] as const)(
    'stamps nothing where the %s moves while it is read',
    async (side) => {
      const stage: ReturnType<typeof scene> = scene();
      const before = { ...stage.backup };
      stage.backup.compareContent = async (request) => {
        stage[side].put(KEY, { ...BLOB, metadata: {} });
        return await before.compareContent(request);
      };
      expect(await stage.adopt()).toBeUndefined();
      expect(stage.stamp()).toBeUndefined();
    },
  );

  it('stamps nothing where the backup moves after it was read, and names no newer version of the source', async () => {
    const stage = scene();
    const { etag } = stage.source.peek(KEY) ?? {};
    const before = { ...stage.backup };
    stage.backup.restamp = async (request) => {
      stage.source.put(KEY, { ...BLOB, content: 'balance=7777' });
      return await before.restamp(request);
    };
    expect(await stage.adopt()).toMatchObject({ verdict: { verdict: 'adopted' } });
    // The stamp is true of what is there, and stale: the next look copies.
    expect(stage.stamp()).toBe(etag);
    expect(await stage.otherWorker()).toMatchObject({ verdict: 'copied' });

    const moved = scene();
    const movedBefore = { ...moved.backup };
    moved.backup.restamp = async (request) => {
      moved.backup.put(KEY, { content: 'of somebody' });
      return await movedBefore.restamp(request);
    };
    expect(await moved.adopt()).toBeUndefined();
    expect(moved.stamp()).toBeUndefined();
  });

  it('copies once where nothing may change the metadata of what is there', async () => {
    const stage = scene();
    stage.backup.restamp = async () => {
      await Promise.resolve();
      return { kind: 'refused', reason: 'backup-immutable' };
    };
    expect(await stage.adopt()).toMatchObject({ verdict: { verdict: 'copied' }, hasMore: false });
    expect(stage.calls.filter((call) => call === 'backupaccount.copy')).toHaveLength(1);
  });

  it('brings the access with such a copy, in a tree', async () => {
    const tree = createMemoryTree();
    const access = {
      owner: 'bob',
      group: 'g',
      permissions: 'rw-r-----',
      acl: 'user::rw-,group::r--,other::---',
    };
    tree.source.put(at('f'), BLOB);
    tree.source.permit(at('f'), access);
    tree.backup.put(at('f'), { ...BLOB, metadata: {} });
    const backup: BackupStore = {
      ...tree.backup,
      restamp: async () => await Promise.resolve({ kind: 'refused', reason: 'backup-immutable' }),
    };
    const core = createMirrorCore(
      { source: tree.source, backup, policy: TREE_POLICY },
      { hierarchical: true },
    );
    // In a tree every write is followed by another reading of the source (invariant 5).
    expect(await core.adopt(at('f'), { by: 'read' })).toMatchObject({
      verdict: { verdict: 'copied' },
      hasMore: true,
    });
    expect(await core.converge(at('f'))).toEqual({ verdict: 'in-sync' });
  });

  it('says that there is more where the tier is to be set', async () => {
    const stage = scene();
    stage.source.put(KEY, { ...BLOB, tier: 'Cool' });
    expect(await stage.adopt()).toMatchObject({ verdict: { verdict: 'adopted' }, hasMore: true });
    expect(await stage.otherWorker()).toEqual({ verdict: 'retiered', tier: 'Cool' });
  });

  it('goes on where an earlier call of these versions stopped, and begins anew with others', async () => {
    const stage = scene();
    const asked: (number | undefined)[] = [];
    stage.backup.compareContent = async ({ equal }) => {
      await Promise.resolve();
      asked.push(equal);
      return { kind: 'unfinished', equal: 9 };
    };
    const compared = {
      source: stage.source.peek(KEY)?.etag ?? parseEtag('0x0'),
      backup: stage.backup.peek(KEY)?.etag ?? parseEtag('0x0'),
      equal: 8,
    };
    expect(await stage.adopt({ compared })).toEqual({ unfinished: { ...compared, equal: 9 } });
    await stage.adopt({ compared: { ...compared, source: parseEtag('0xF00') } });
    await stage.adopt({ compared: { ...compared, backup: parseEtag('0xF00') } });
    expect(asked).toEqual([8, undefined, undefined]);
  });

  it('takes no replica of the backup, nothing whose own copy is pending, and by reading nothing archived', async () => {
    const { source, backup } = scene();
    const [theirs, ours] = [await source.read(KEY), await backup.read(KEY)];
    if (!isBlob(theirs) || !isBlob(ours)) throw new Error('both are there');
    const stamp = { account: 'backupaccount', etag: ours.etag, lastModified: new Date(0) };
    const may = (change: Partial<BlobPresent>, by: AdoptBy = 'read') =>
      mayBeAdopted(SIDES, { source: { ...theirs, ...change }, backup: ours }, by);
    expect(may({})).toBe(true);
    // A dry run counts by this alone.
    expect(may({ size: theirs.size + 1 })).toBe(false);
    expect(may({ kind: 'append' })).toBe(false);
    expect(may({ headers: { contentType: 'text/x' } })).toBe(false);
    expect(may({ stamp })).toBe(false);
    expect(may({ pendingCopy: { stamp: undefined } })).toBe(false);
    expect([may({ archived: true }), may({ archived: true }, 'md5')]).toEqual([false, true]);
    expect(may({ metadata: { a: 'b'.repeat(8180) } })).toBe(false);
  });
});
