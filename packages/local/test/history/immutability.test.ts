import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { accounts } from '../support/accounts.ts';
import { refusalOf } from '../support/two-accounts.ts';
import { DAY, contentOf, listed, named, shown, startWith } from './support.ts';

const PAGE = 'learn.microsoft.com/azure/storage/blobs/immutable-version-level-worm-policies';
const all = { includeVersions: true };

async function immutable(more = {}) {
  const two = await startWith({ versioning: true, immutability: true, ...more });
  const blob = two.source.getBlockBlobClient('a');
  const put = async (content: string) => await blob.upload(content, content.length);
  const until = (days: number) => new Date(Math.floor(Date.now() / 1000) * 1000 + days * DAY);
  return { ...two, blob, put, until };
}

describe(`version-level WORM (${PAGE})`, () => {
  it('keeps a protected version from being deleted, and lets it go when its policy is over', async () => {
    const { blob, put, source, storage, until } = await immutable();
    const first = await put('one');
    const set = await blob.setImmutabilityPolicy({ expiriesOn: until(3), policyMode: 'Unlocked' });
    expect(set.immutabilityPolicyExpiry).toEqual(until(3));
    const second = await put('two');
    const version = blob.withVersion(first.versionId ?? '');
    expect(await refusalOf(version.delete())).toBe('409 BlobImmutableDueToPolicy');
    const { immutabilityPolicyExpiresOn, immutabilityPolicyMode } = await version.getProperties();
    expect([immutabilityPolicyExpiresOn, immutabilityPolicyMode]).toEqual([until(3), 'unlocked']);
    expect((await blob.getProperties()).immutabilityPolicyExpiresOn).toBeUndefined();
    await storage.advance(3 * DAY);
    await version.delete();
    expect(shown(await listed(source, all), named(first, second))).toEqual(['a v2 current']);
  });

  it('lets a protected blob be overwritten and deleted, which leaves its version', async () => {
    const { blob, put, source, until } = await immutable();
    const first = await put('one');
    await blob.setImmutabilityPolicy({ expiriesOn: until(3), policyMode: 'Locked' });
    const { versionId: second } = await put('two');
    await blob.delete();
    const names = named(first, { versionId: second ?? '' });
    expect(shown(await listed(source, all), names)).toEqual(['a v1', 'a v2']);
    expect(await contentOf(blob.withVersion(first.versionId ?? ''))).toBe('one');
  });

  it('refuses Set Blob Metadata on a version with a policy, even when that is over, and changes of content', async () => {
    const { blob, put, source, storage, until } = await immutable();
    await put('one');
    const page = source.getPageBlobClient('page');
    await page.create(512);
    const append = source.getAppendBlobClient('append');
    await append.create();
    for (const each of [blob, page, append])
      await each.setImmutabilityPolicy({ expiriesOn: until(3), policyMode: 'Unlocked' });
    const refused = async () => [
      await refusalOf(blob.setMetadata({ a: 'b' })),
      await refusalOf(page.uploadPages('x'.repeat(512), 0, 512)),
      await refusalOf(append.appendBlock('x', 1)),
    ];
    const policy = '409 BlobImmutableDueToPolicy';
    expect(await refused()).toEqual([policy, policy, policy]);
    await storage.advance(4 * DAY);
    expect(await refused()).toEqual([policy, policy, policy]);
    await blob.setHTTPHeaders({ blobContentType: 'text/x' });
    await blob.setTags({ a: 'b' });
    await blob.setAccessTier('Cool');
    await put('two');
    await blob.setMetadata({ a: 'b' });
  });

  it('can take an unlocked policy back or shorten it, and a locked one be made longer only', async () => {
    const { blob, put, until } = await immutable();
    await put('one');
    await blob.setImmutabilityPolicy({ expiriesOn: until(3), policyMode: 'Unlocked' });
    await blob.setImmutabilityPolicy({ expiriesOn: until(2), policyMode: 'Unlocked' });
    await blob.deleteImmutabilityPolicy();
    expect((await blob.getProperties()).immutabilityPolicyMode).toBeUndefined();
    await blob.setImmutabilityPolicy({ expiriesOn: until(3), policyMode: 'Locked' });
    const policy = '409 BlobImmutableDueToPolicy';
    expect(await refusalOf(blob.deleteImmutabilityPolicy())).toBe(policy);
    for (const [days, policyMode] of [
      [2, 'Locked'],
      [4, 'Unlocked'],
    ] as const)
      expect(await refusalOf(blob.setImmutabilityPolicy({ expiriesOn: until(days), policyMode }))).toBe(
        policy,
      );
    await blob.setImmutabilityPolicy({ expiriesOn: until(4), policyMode: 'Locked' });
    expect(await refusalOf(blob.setImmutabilityPolicy({ expiriesOn: until(-1), policyMode: 'Locked' }))).toBe(
      '400 InvalidHeaderValue',
    );
  });

  it('holds a version until its legal hold is cleared', async () => {
    const { blob, put } = await immutable();
    const first = await put('one');
    expect((await blob.setLegalHold(true)).legalHold).toBe(true);
    expect(await refusalOf(blob.setMetadata({ a: 'b' }))).toBe('409 BlobImmutableDueToLegalHold');
    await put('two');
    const version = blob.withVersion(first.versionId ?? '');
    expect((await version.getProperties()).legalHold).toBe(true);
    expect(await refusalOf(version.delete())).toBe('409 BlobImmutableDueToLegalHold');
    await version.setLegalHold(false);
    await version.delete();
  });

  it('gives each new version the default policy, or the one of its request', async () => {
    const { blob, source, storage, until } = await immutable({ immutabilityDays: 5 });
    const first = await blob.upload('one', 3);
    const { immutabilityPolicyExpiresOn, immutabilityPolicyMode } = await blob.getProperties();
    expect(immutabilityPolicyMode).toBe('unlocked');
    const days = ((immutabilityPolicyExpiresOn?.getTime() ?? 0) - Date.now()) / DAY;
    expect(Math.round(days)).toBe(5);
    await blob.upload('two', 3, {
      immutabilityPolicy: { expiriesOn: until(9), policyMode: 'Unlocked' },
      legalHold: true,
    });
    const items = await listed(source, { ...all, includeImmutabilityPolicy: true, includeLegalHold: true });
    expect(items.map(({ properties: { legalHold } }) => legalHold)).toEqual([undefined, true]);
    expect(items[1]?.properties.immutabilityPolicyExpiresOn).toEqual(until(9));
    await storage.advance(6 * DAY);
    await blob.withVersion(first.versionId ?? '').delete();
  });

  it('keeps the lifecycle rule from deleting protected versions', async () => {
    const { put, source, storage } = await immutable({ immutabilityDays: 5, deleteVersionsAfterDays: 1 });
    const names = named(await put('one'), await put('two'));
    await storage.advance(4 * DAY);
    expect(shown(await listed(source, all), names)).toEqual(['a v1', 'a v2 current']);
    await storage.advance(2 * DAY);
    expect(shown(await listed(source, all), names)).toEqual(['a v2 current']);
  });

  it('keeps a container with anything in it', async () => {
    const { blob, put, source } = await immutable();
    const first = await put('one');
    await blob.delete();
    expect((await source.getProperties()).isImmutableStorageWithVersioningEnabled).toBe(true);
    expect(await refusalOf(source.delete())).toBe('409 ContainerProtectedFromDeletion');
    await blob.withVersion(first.versionId ?? '').delete();
    await source.delete();
  });

  it('is an account setting that needs versions, and is refused by name without it', async () => {
    const { storage, source } = await startWith({ versioning: true });
    const blob = source.getBlockBlobClient('a');
    await blob.upload('one', 3);
    expect(await refusalOf(blob.setLegalHold(true))).toBe('400 UnsupportedQueryParameter');
    expect(await refusalOf(blob.upload('two', 3, { legalHold: true }))).toBe('400 UnsupportedHeader');
    const service = BlobServiceClient.fromConnectionString(storage.connectionString('sourceaccount'));
    expect(
      await refusalOf(service.getContainerClient('docs').getBlobClient('a').deleteImmutabilityPolicy()),
    ).toBe('400 UnsupportedQueryParameter');
    await expect(startWith({ immutability: true })).rejects.toThrow('immutability needs versioning');
    expect(accounts).toHaveLength(2);
  });
});
