import { describe, expect, it, vi } from 'vitest';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { createMemoryPair, once, POLICY, type MemoryPair } from '../support/memory-pair.ts';
import { converge } from '../../src/mirror/converge.ts';
import { KEY } from '../support/keys.ts';
import { ofOurs } from '../support/of-ours.ts';

/** What a user sees: the content of both sides. */
const contents = ({ source, backup }: MemoryPair) => [source.peek(KEY)?.content, backup.peek(KEY)?.content];

const writes = ({ calls }: MemoryPair) =>
  calls.filter((call) => /\.(copy|restamp|delete|createContainer)$/.test(call));

const TRUST = { ...POLICY, declaredMd5: 'trust' } as const;

describe('invariant 1: events are hints', () => {
  it('leaves a live blob alone when it is checked without cause', async () => {
    const pair = createMemoryPair();
    pair.source.put(KEY, { content: 'v1' });
    await pair.converge();
    expect(await pair.converge()).toEqual({ verdict: 'in-sync' });
    expect(contents(pair)).toEqual(['v1', 'v1']);
  });

  it('makes nothing out of a key that never was', async () => {
    const pair = createMemoryPair();
    expect(await pair.converge()).toEqual({ verdict: 'in-sync' });
    expect(writes(pair)).toEqual([]);
  });
});

describe('invariant 2: backup before source', () => {
  it('never deletes a blob that was made again and mirrored between the two readings', async () => {
    let reads = 0;
    const pair: MemoryPair = createMemoryPair(async (call) => {
      // Between the first and the second reading, whichever side they are of.
      if (!call.endsWith('.read') || ++reads !== 2) return;
      pair.source.put(KEY, { content: 'v2' });
      await pair.otherWorker();
    });
    pair.source.put(KEY, { content: 'v1' });
    await pair.otherWorker();
    pair.source.remove(KEY);
    await pair.converge();
    expect(contents(pair)).toEqual(['v2', 'v2']);
    expect(pair.calls).not.toContain('backupaccount.delete');
  });
});

describe('invariant 3: compare-and-swap on the backup', () => {
  it('does not delete what another worker mirrored after the readings', async () => {
    const pair: MemoryPair = createMemoryPair(
      once('backupaccount.delete', async () => {
        pair.source.put(KEY, { content: 'v2' });
        await pair.otherWorker();
      }),
    );
    pair.source.put(KEY, { content: 'v1' });
    await pair.otherWorker();
    pair.source.remove(KEY);
    await pair.converge();
    expect(contents(pair)).toEqual(['v2', 'v2']);
  });

  it('does not put an old version over a newer one', async () => {
    const pair: MemoryPair = createMemoryPair(
      once('backupaccount.copy', async () => {
        pair.source.put(KEY, { content: 'v2' });
        await pair.otherWorker();
      }),
    );
    pair.source.put(KEY, { content: 'v1' });
    await pair.converge();
    expect(contents(pair)).toEqual(['v2', 'v2']);
  });

  it('does not restamp what another worker has replaced', async () => {
    const pair: MemoryPair = createMemoryPair(
      once('backupaccount.restamp', async () => {
        pair.source.put(KEY, { content: 'v2', contentMd5: 'two' });
        await pair.otherWorker();
      }),
      TRUST,
    );
    pair.source.put(KEY, { content: 'v1', contentMd5: 'one' });
    await pair.otherWorker();
    pair.source.put(KEY, { content: 'v1', contentMd5: 'one', metadata: { colour: 'red' } });
    await pair.converge();
    expect(contents(pair)).toEqual(['v2', 'v2']);
    expect(pair.backup.peek(KEY)?.metadata?.['colour']).toBeUndefined();
  });
});

describe('invariant 4: the source is pinned', () => {
  it('starts over when the source moves between the reading and the copy', async () => {
    const pair: MemoryPair = createMemoryPair(
      once('backupaccount.copy-read', () =>
        pair.source.put(KEY, { content: 'v2', metadata: { version: '2' } }),
      ),
    );
    pair.source.put(KEY, { content: 'v1', metadata: { version: '1' } });
    await pair.converge();
    expect(contents(pair)).toEqual(['v2', 'v2']);
    expect(pair.backup.peek(KEY)?.metadata).toMatchObject({ version: '2' });
    expect(await pair.converge()).toEqual({ verdict: 'in-sync' });
  });
});

describe('invariant 5: absence has no version', () => {
  it('takes back a copy that committed after its source was deleted and the deletion was handled', async () => {
    const pair: MemoryPair = createMemoryPair(
      once('backupaccount.copy', async () => {
        pair.source.remove(KEY);
        await pair.otherWorker();
      }),
    );
    pair.source.put(KEY, { content: 'v1' });
    await pair.converge();
    expect(contents(pair)).toEqual([undefined, undefined]);
  });

  it('brings in a version that was written while the first one was copied', async () => {
    const pair: MemoryPair = createMemoryPair(
      once('backupaccount.copy', () => pair.source.put(KEY, { content: 'v2' })),
    );
    pair.source.put(KEY, { content: 'v1' });
    expect(await pair.converge()).toMatchObject({ verdict: 'copied' });
    expect(contents(pair)).toEqual(['v2', 'v2']);
  });

  it.each([
    ['copied', 'ignore'],
    ['restamped', 'trust'],
  ] as const)(
    'takes back what it %s over a foreign blob, which the check of the deletion left',
    async (_, declaredMd5) => {
      const call = declaredMd5 === 'trust' ? 'backupaccount.restamp' : 'backupaccount.copy';
      const pair: MemoryPair = createMemoryPair(
        once(call, async () => {
          pair.source.remove(KEY);
          expect(await pair.otherWorker()).toEqual({ verdict: 'skipped', reason: 'backup-foreign' });
        }),
        { ...POLICY, declaredMd5 },
      );
      const blob = { content: 'v1', contentMd5: 'md5' };
      pair.backup.put(KEY, blob);
      pair.source.put(KEY, blob);
      await pair.converge();
      expect(writes(pair)).toEqual([call, 'backupaccount.delete']);
      expect(contents(pair)).toEqual([undefined, undefined]);
    },
  );
});

describe('invariant 6: the stamp is exact', () => {
  it('finds a change that leaves size and time as they were', async () => {
    const pair = createMemoryPair();
    pair.source.put(KEY, { content: 'v1' });
    await pair.converge();
    pair.source.put(KEY, { content: 'v2' });
    await pair.converge();
    expect(contents(pair)).toEqual(['v2', 'v2']);
  });
});

describe('invariant 7: deleting needs proof', () => {
  it('deletes nothing when the source cannot be read', async () => {
    const pair: MemoryPair = createMemoryPair(
      once('sourceaccount.read', () => {
        throw new BlobmirrorError('storage-forbidden', 'no');
      }),
    );
    pair.source.put(KEY, { content: 'v1' });
    await pair.otherWorker();
    pair.source.remove(KEY);
    await expect(pair.converge()).rejects.toThrow('no');
    expect(pair.backup.peek(KEY)?.content).toBe('v1');
  });

  it('deletes nothing when the whole container is gone', async () => {
    const pair = createMemoryPair();
    pair.source.put(KEY, { content: 'v1' });
    await pair.otherWorker();
    pair.source.dropContainer(KEY.container);
    expect(await pair.converge()).toEqual({ verdict: 'skipped', reason: 'source-container-missing' });
    expect(pair.backup.peek(KEY)?.content).toBe('v1');
  });
});

describe('invariant 8: converge is idempotent', () => {
  it('writes nothing on a pair in sync, at two requests', async () => {
    const pair = createMemoryPair();
    pair.source.put(KEY, { content: 'v1', contentMd5: 'one' });
    await pair.otherWorker();
    expect(await pair.converge()).toEqual({ verdict: 'in-sync' });
    expect(pair.calls).toEqual(['backupaccount.read', 'sourceaccount.read']);
  });
});

describe('converge', () => {
  it('copies content, headers and metadata and adds the stamp alone (invariant 11)', async () => {
    const pair = createMemoryPair();
    const headers = { contentType: 'text/plain', cacheControl: 'no-store' };
    const etag = pair.source.put(KEY, { content: 'v1', headers, metadata: { Colour: 'Red' } });
    await pair.converge();
    expect(pair.backup.peek(KEY)).toMatchObject({ content: 'v1', headers });
    expect(pair.backup.peek(KEY)?.metadata).toEqual({
      Colour: 'Red',
      blobmirror: expect.stringContaining(`v=1;account=sourceaccount;etag=${etag};`) as string,
    });
  });

  it('copies when the ETag moved, though size and declared MD5 are the same', async () => {
    const pair = createMemoryPair();
    const contentMd5 = '1B2M2Y8AsgTpgAmY7PhCfg==';
    pair.source.put(KEY, { content: 'balance=0100', contentMd5 });
    await pair.otherWorker();
    pair.source.put(KEY, { content: 'balance=9999', contentMd5 });
    expect(await pair.converge()).toMatchObject({ verdict: 'copied' });
    expect(contents(pair)).toEqual(['balance=9999', 'balance=9999']);
  });

  it('changes metadata alone where the user trusts declared MD5s, in one write', async () => {
    const pair = createMemoryPair(undefined, TRUST);
    pair.source.put(KEY, { content: 'v1', contentMd5: 'one', metadata: { colour: 'red' } });
    await pair.otherWorker();
    pair.source.put(KEY, { content: 'v1', contentMd5: 'one', metadata: { colour: 'blue' } });
    expect(await pair.converge()).toEqual({ verdict: 'restamped' });
    expect(writes(pair)).toEqual(['backupaccount.restamp']);
    expect(pair.backup.peek(KEY)).toMatchObject({ metadata: { colour: 'blue' } });
  });

  it('copies where headers differ, too: headers and metadata are two writes, and half of them is no version', async () => {
    const pair = createMemoryPair(undefined, TRUST);
    pair.source.put(KEY, { content: 'v1', contentMd5: 'one' });
    await pair.otherWorker();
    pair.source.put(KEY, { content: 'v1', contentMd5: 'one', headers: { contentType: 'a/b' } });
    expect(await pair.converge()).toMatchObject({ verdict: 'copied' });
    expect(pair.backup.peek(KEY)).toMatchObject({ headers: { contentType: 'a/b' } });
  });

  it("makes the container on the backup with the source's metadata when it is first needed", async () => {
    const pair = createMemoryPair();
    pair.backup.dropContainer(KEY.container);
    pair.source.put(KEY, { content: 'v1' });
    expect(await pair.converge()).toMatchObject({ verdict: 'copied', created: true });
    expect(contents(pair)).toEqual(['v1', 'v1']);
  });

  it('gives up a key that never comes to rest, with an error that is tried again later', async () => {
    const pair: MemoryPair = createMemoryPair((call) => {
      if (call === 'backupaccount.copy-read') pair.source.put(KEY, { content: 'again' });
    });
    pair.source.put(KEY, { content: 'v1' });
    await expect(pair.converge()).rejects.toMatchObject({ code: 'race-lost', disposition: 'retry' });
  });
});

describe('converge, beyond content', () => {
  it('mirrors tags, with the copy and after it', async () => {
    const pair = createMemoryPair();
    pair.source.put(KEY, { content: 'v1', tags: { colour: 'red' } });
    await pair.converge();
    expect(pair.backup.peek(KEY)?.tags).toEqual({ colour: 'red' });
    await pair.source.setTags(KEY, { colour: 'blue' });
    expect(await pair.converge()).toEqual({ verdict: 'retagged' });
    expect(pair.backup.peek(KEY)?.tags).toEqual({ colour: 'blue' });
    expect(await pair.converge()).toEqual({ verdict: 'in-sync' });
  });

  it('follows the tier, with the copy and after it', async () => {
    const pair = createMemoryPair();
    pair.source.put(KEY, { content: 'v1', tier: 'Cool' });
    await pair.converge();
    expect(pair.backup.peek(KEY)?.tier).toBe('Cool');
    await pair.source.setTier(KEY, 'Archive');
    expect(await pair.converge()).toEqual({ verdict: 'retiered', tier: 'Archive' });
    expect(await pair.converge()).toEqual({ verdict: 'in-sync' });
  });

  it('brings in tags and tier along with metadata, where equal MD5s are trusted', async () => {
    const pair = createMemoryPair(undefined, TRUST);
    const same = { content: 'v1', contentMd5: 'one' };
    pair.source.put(KEY, { ...same, tags: { colour: 'red' } });
    await pair.converge();
    pair.source.put(KEY, { ...same, metadata: { size: 'xl' }, tags: { colour: 'blue' } });
    expect(await pair.converge()).toEqual({ verdict: 'retagged' });
    expect(pair.backup.peek(KEY)).toMatchObject({ metadata: { size: 'xl' }, tags: { colour: 'blue' } });

    pair.source.put(KEY, { ...same, tier: 'Cool', tags: { colour: 'blue' } });
    expect(await pair.converge()).toEqual({ verdict: 'retiered', tier: 'Cool' });
    expect(await pair.converge()).toEqual({ verdict: 'in-sync' });
    expect(pair.backup.peek(KEY)?.tags).toEqual({ colour: 'blue' });

    pair.source.put(KEY, { ...same, tier: 'Cool', tags: { colour: 'blue' }, metadata: { size: 's' } });
    expect(await pair.converge()).toEqual({ verdict: 'restamped' });
    expect(writes(pair).filter((call) => call.endsWith('.copy'))).toHaveLength(1);
  });

  it('copies without the stamp when the metadata leaves no room for it, and again at each check', async () => {
    const pair = createMemoryPair();
    const metadata = { full: 'x'.repeat(8150) };
    pair.source.put(KEY, { content: 'v1', metadata });
    expect(await pair.converge()).toMatchObject({ verdict: 'copied', stamped: false });
    expect(pair.backup.peek(KEY)).toMatchObject({ content: 'v1', metadata });
    expect(await pair.converge()).toMatchObject({ verdict: 'copied', stamped: false });
  });

  it('keeps the backup of a deleted blob when deletes are to be kept, and still asks for proof', async () => {
    const pair = createMemoryPair(undefined, { ...POLICY, deletes: 'keep' });
    pair.source.put(KEY, { content: 'v1' });
    await pair.converge();
    pair.source.remove(KEY);
    expect(await pair.converge()).toEqual({ verdict: 'skipped', reason: 'deletes-are-kept' });
    expect(pair.backup.peek(KEY)?.content).toBe('v1');
  });
});

describe('what cannot be overwritten', () => {
  const stories = [
    { what: 'a blob of another kind', old: { kind: 'append' } },
    { what: 'an archived blob', old: { tier: 'Archive', archived: true } },
  ] as const;

  describe.each(stories)('$what', ({ old }) => {
    const older = (pair: MemoryPair): void => {
      pair.backup.put(KEY, { content: 'old', ...old, ...ofOurs() });
      pair.source.put(KEY, { content: 'new' });
    };

    it('goes once the new version is on the account, which then takes its place', async () => {
      const pair = createMemoryPair();
      older(pair);
      expect(await pair.converge()).toMatchObject({ verdict: 'copied', created: false });
      expect(contents(pair)).toEqual(['new', 'new']);
      expect(pair.calls.filter((call) => /\.(secure|delete|place|copy|discard)$/.test(call))).toEqual([
        'backupaccount.secure',
        'backupaccount.delete',
        'backupaccount.place',
        'backupaccount.discard',
      ]);
      expect(await pair.converge()).toEqual({ verdict: 'in-sync' });
    });

    it('stays where the new one cannot be had', async () => {
      const pair: MemoryPair = createMemoryPair(
        once('backupaccount.secure', () => {
          throw new BlobmirrorError('storage-rejected', 'no such kind here');
        }),
      );
      older(pair);
      await expect(pair.converge()).rejects.toThrow('no such kind here');
      expect(contents(pair)).toEqual(['new', 'old']);
    });

    it('goes by the proof of a deletion alone where the source is gone before it is secured', async () => {
      const pair: MemoryPair = createMemoryPair(
        once('backupaccount.copy-read', () => pair.source.remove(KEY)),
      );
      older(pair);
      expect(await pair.converge()).toEqual({ verdict: 'deleted' });
      expect(contents(pair)).toEqual([undefined, undefined]);
    });

    it('is replaced by a later check when the worker dies in between', async () => {
      const pair: MemoryPair = createMemoryPair(
        once('backupaccount.place', () => {
          throw new Error('the worker died');
        }),
      );
      older(pair);
      await expect(pair.converge()).rejects.toThrow('the worker died');
      expect(await pair.converge()).toMatchObject({ verdict: 'copied' });
      expect(contents(pair)).toEqual(['new', 'new']);
    });

    it('is left when it was replaced meanwhile', async () => {
      const pair: MemoryPair = createMemoryPair(
        once('backupaccount.delete', async () => await pair.otherWorker()),
      );
      older(pair);
      await pair.converge();
      expect(contents(pair)).toEqual(['new', 'new']);
    });
  });

  it('is never possible at a name that has versions of another kind: the older one stays', async () => {
    const pair = createMemoryPair();
    pair.backup.put(KEY, { content: 'old', kind: 'append', isVersioned: true, ...ofOurs() });
    pair.source.put(KEY, { content: 'new' });
    const skipped = { verdict: 'skipped', reason: 'backup-versions-of-another-kind' };
    expect(await pair.converge()).toEqual(skipped);
    expect(contents(pair)).toEqual(['new', 'old']);
  });
});

describe('a blob that is still being written', () => {
  it('keeps what the backup has while an append blob that was made anew is empty', async () => {
    const pair = createMemoryPair();
    pair.source.put(KEY, { content: 'old', kind: 'append' });
    await pair.converge();
    pair.source.put(KEY, { content: '', kind: 'append' });
    expect(await pair.converge()).toEqual({ verdict: 'skipped', reason: 'source-still-written' });
    expect(contents(pair)).toEqual(['', 'old']);
    pair.source.put(KEY, { content: 'first record', kind: 'append' });
    expect(await pair.converge()).toMatchObject({ verdict: 'copied' });
    expect(contents(pair)).toEqual(['first record', 'first record']);
  });

  it('keeps a blob of another kind, too, while an append blob in its place is empty', async () => {
    const pair = createMemoryPair();
    pair.source.put(KEY, { content: 'old' });
    await pair.converge();
    pair.source.put(KEY, { content: '', kind: 'append' });
    expect(await pair.converge()).toEqual({ verdict: 'skipped', reason: 'source-still-written' });
    expect(contents(pair)).toEqual(['', 'old']);
  });

  it('is waited for while an asynchronous copy onto it is under way', async () => {
    const pair = createMemoryPair();
    pair.source.put(KEY, { content: 'old' });
    await pair.converge();
    pair.source.put(KEY, { content: 'ha', isCopyPending: true });
    expect(await pair.converge()).toEqual({ verdict: 'skipped', reason: 'source-copy-pending' });
    expect(contents(pair)).toEqual(['ha', 'old']);
    pair.source.put(KEY, { content: 'half and half' });
    expect(await pair.converge()).toMatchObject({ verdict: 'copied' });
  });
});

describe('invariant 14: only what we put there is ours to delete', () => {
  it.each([
    { what: 'bears no stamp', metadata: {}, reason: 'backup-foreign' },
    { what: 'has no room for one', metadata: { full: 'x'.repeat(8150) }, reason: 'backup-foreign-no-room' },
    { what: 'bears what is no stamp', metadata: { blobmirror: 'mine' }, reason: 'backup-foreign' },
  ])('keeps a blob that the source lacks and that $what', async ({ metadata, reason }) => {
    const pair = createMemoryPair();
    pair.backup.put(KEY, { content: 'theirs', metadata });
    expect(await pair.converge()).toEqual({ verdict: 'skipped', reason });
    expect(contents(pair)).toEqual([undefined, 'theirs']);
  });

  it('deletes it by leave', async () => {
    const pair = createMemoryPair();
    pair.backup.put(KEY, { content: 'theirs' });
    const { source, backup } = pair;
    const look = { deleteForeign: true } as const;
    expect(await converge({ source, backup, policy: POLICY }, KEY, look)).toEqual({ verdict: 'deleted' });
    pair.backup.put(KEY, { content: 'theirs' });
    const policy = { ...POLICY, foreign: 'delete' } as const;
    expect(await converge({ source, backup, policy }, KEY)).toEqual({ verdict: 'deleted' });
  });
});

describe('invariant 13: bounded time', () => {
  it('leaves a key to a later message when its source moved under a copy that took long', async () => {
    let now = 0;
    const time = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const pair: MemoryPair = createMemoryPair((call) => {
      if (call !== 'backupaccount.copy-read') return;
      pair.source.put(KEY, { content: 'v2' });
      now += 31_000;
    });
    pair.source.put(KEY, { content: 'v1' });
    try {
      await expect(pair.converge()).rejects.toMatchObject({ code: 'race-lost', disposition: 'retry' });
      expect(pair.calls.filter((call) => call === 'backupaccount.copy-read')).toHaveLength(1);
    } finally {
      time.mockRestore();
    }
  });
});
