import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { refusalOf, sasUrl, startTwoAccounts } from '../../support/two-accounts.ts';

const md5Of = (data: string) => createHash('md5').update(data).digest();

describe('Copy Blob and Copy Blob From URL', () => {
  it('report a changed source with 412 SourceConditionNotMet, a changed destination with ConditionNotMet', async () => {
    const { source, backup } = await startTwoAccounts();
    const from = source.getBlockBlobClient('a');
    const to = backup.getBlockBlobClient('a');
    const { etag = '' } = await from.upload('hello', 5);
    const url = await sasUrl(from);
    const future = new Date(Date.now() + 86_400_000);
    const sync = (options: object) => refusalOf(to.syncCopyFromURL(url, options));
    const asynchronous = (options: object) => refusalOf(to.beginCopyFromURL(url, options));
    for (const copy of [sync, asynchronous]) {
      for (const sourceConditions of [
        { ifMatch: '"0x1"' },
        { ifNoneMatch: etag },
        { ifModifiedSince: future },
      ])
        expect(await copy({ sourceConditions })).toBe('412 SourceConditionNotMet');
      expect(await copy({ sourceConditions: { ifMatch: etag }, conditions: { ifMatch: '"0x1"' } })).toBe(
        '412 ConditionNotMet',
      );
      expect(await copy({ sourceConditions: { ifMatch: etag } })).toBe('was not refused');
    }
  });

  it('check the SAS of a source in another account', async () => {
    const { source, backup } = await startTwoAccounts();
    const from = source.getBlockBlobClient('a');
    const to = backup.getBlockBlobClient('a');
    const url = await sasUrl(from);
    expect(await refusalOf(to.syncCopyFromURL(url))).toBe('404 CannotVerifyCopySource');
    await from.upload('hello', 5);
    expect(await refusalOf(to.syncCopyFromURL(from.url))).toBe('403 CannotVerifyCopySource');
    expect(await refusalOf(to.beginCopyFromURL(`${url}x`))).toBe('403 CannotVerifyCopySource');
  });

  it('refuse in the synchronous form a source above 256 MiB or with another MD5', async () => {
    const { source, backup } = await startTwoAccounts();
    const huge = source.getPageBlobClient('huge');
    await huge.create(256 * 1024 * 1024 + 512);
    const to = backup.getBlockBlobClient('a');
    expect(await refusalOf(to.syncCopyFromURL(await sasUrl(huge)))).toBe('409 CannotVerifyCopySource');

    const from = source.getBlockBlobClient('a');
    await from.upload('hello', 5);
    const url = await sasUrl(from);
    expect(await refusalOf(to.syncCopyFromURL(url, { sourceContentMD5: md5Of('other') }))).toBe(
      '400 Md5Mismatch',
    );
    await to.syncCopyFromURL(url, { sourceContentMD5: md5Of('hello') });
    expect((await to.downloadToBuffer()).toString()).toBe('hello');
  });

  it('do not change a copy when pages are written to the source later', async () => {
    const { source, backup } = await startTwoAccounts();
    const from = source.getPageBlobClient('pages');
    await from.create(1024);
    await from.uploadPages(Buffer.alloc(1024, 'a'), 0, 1024);
    const to = backup.getPageBlobClient('pages');
    await to.syncCopyFromURL(await sasUrl(from));
    await from.uploadPages(Buffer.alloc(512, 'b'), 0, 512);
    expect(await to.downloadToBuffer()).toEqual(Buffer.alloc(1024, 'a'));
  });
});
