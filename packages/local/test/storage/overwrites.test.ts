import { describe, expect, it } from 'vitest';

import { refusalOf, sasUrl, startTwoAccounts } from '../support/two-accounts.ts';

const ID = Buffer.from('block').toString('base64');

describe('a blob that is overwritten with a block list', () => {
  it('keeps the time of its creation, and has a tier of its own when one is given', async () => {
    const { source } = await startTwoAccounts();
    const blob = source.getBlockBlobClient('a');
    await blob.upload('old', 3);
    const before = await blob.getProperties();
    expect(before.accessTierInferred).toBe(true);
    await blob.stageBlock(ID, 'new', 3);
    await blob.commitBlockList([ID], { tier: 'Cool' });
    const { createdOn, accessTier, accessTierInferred } = await blob.getProperties();
    expect({ createdOn, accessTier, accessTierInferred }).toEqual({
      createdOn: before.createdOn,
      accessTier: 'Cool',
      accessTierInferred: undefined,
    });
  });
});

describe('a blob that has staged blocks only', () => {
  it.each(['syncCopyFromURL', 'beginCopyFromURL'] as const)(
    'does not keep a %s from being made',
    async (copy) => {
      const { source } = await startTwoAccounts();
      const from = source.getBlockBlobClient('from');
      await from.upload('content', 7);
      const to = source.getBlockBlobClient('to');
      await to.stageBlock(ID, 'x', 1);
      const onlyIfAbsent = { conditions: { ifNoneMatch: '*' } };
      await to[copy](await sasUrl(from), onlyIfAbsent);
      expect((await to.downloadToBuffer()).toString()).toBe('content');
      expect(await refusalOf(to[copy](await sasUrl(from), onlyIfAbsent))).toBe('409 BlobAlreadyExists');
    },
  );
});

describe('snapshots that are made at the same time', () => {
  it('have names of their own', async () => {
    const { source } = await startTwoAccounts();
    const blob = source.getBlockBlobClient('a');
    await blob.upload('content', 7);
    const made = await Promise.all(Array.from({ length: 20 }, async () => await blob.createSnapshot()));
    const names = made.map(({ snapshot = '' }) => snapshot);
    expect(new Set(names).size).toBe(names.length);
    const listed: (string | undefined)[] = [];
    for await (const each of source.listBlobsFlat({ includeSnapshots: true })) listed.push(each.snapshot);
    expect(listed.filter(Boolean)).toEqual(names.toSorted());
  });
});
