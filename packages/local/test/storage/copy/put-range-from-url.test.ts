import { createHash } from 'node:crypto';

import { AccountSASPermissions, BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';

import { refusalOf, sasUrl, startTwoAccounts } from '../../support/two-accounts.ts';

const md5Of = (data: string) => createHash('md5').update(data).digest();

describe('Put Block, Append Block and Put Page From URL', () => {
  it('write the requested range of the source', async () => {
    const { source, backup } = await startTwoAccounts();
    const from = source.getBlockBlobClient('from');
    await from.upload('0123456789', 10);
    const url = await sasUrl(from);

    const blocks = backup.getBlockBlobClient('blocks');
    const ids = ['1', '2'].map((id) => Buffer.from(id).toString('base64'));
    await blocks.stageBlockFromURL(ids[0] ?? '', url, 5, 5);
    await blocks.stageBlockFromURL(ids[1] ?? '', url, 0, 5);
    await blocks.commitBlockList(ids);
    expect((await blocks.downloadToBuffer()).toString()).toBe('5678901234');

    const append = backup.getAppendBlobClient('append');
    await append.create();
    await append.appendBlockFromURL(url, 2, 3);
    await append.appendBlockFromURL(url, 0, 1);
    expect((await append.downloadToBuffer()).toString()).toBe('2340');

    const fromPages = source.getPageBlobClient('from pages');
    await fromPages.create(2048);
    await fromPages.uploadPages(Buffer.alloc(512, 'p'), 1024, 512);
    const pages = backup.getPageBlobClient('pages');
    await pages.create(1024);
    await pages.uploadPagesFromURL(await sasUrl(fromPages), 512, 0, 1024);
    expect(await pages.downloadToBuffer()).toEqual(
      Buffer.concat([Buffer.alloc(512), Buffer.alloc(512, 'p')]),
    );
  });

  it('check authorisation, source conditions, MD5 and range', async () => {
    const { source, backup } = await startTwoAccounts();
    const from = source.getBlockBlobClient('from');
    const { etag } = await from.upload('0123456789', 10);
    const url = await sasUrl(from);
    const append = backup.getAppendBlobClient('append');
    await append.create();
    const refusal = (address: string, offset: number, count: number, options = {}) =>
      refusalOf(append.appendBlockFromURL(address, offset, count, options));
    expect(await refusal(from.url, 0, 5)).toBe('403 CannotVerifyCopySource');
    expect(await refusal(url, 20, 5)).toBe('416 InvalidRange');
    expect(await refusal(url, 0, 5, { sourceContentMD5: md5Of('other') })).toBe('400 Md5Mismatch');
    expect(await refusal(url, 0, 5, { sourceConditions: { ifMatch: '"0x1"' } })).toBe(
      '412 SourceConditionNotMet',
    );
    expect((await append.getProperties()).contentLength).toBe(0);
    await append.appendBlockFromURL(url, 0, 5, {
      sourceContentMD5: md5Of('01234'),
      sourceConditions: { ifMatch: etag ?? '' },
    });
    expect((await append.downloadToBuffer()).toString()).toBe('01234');
  });

  it('are allowed by an account SAS, as is Put Blob From URL', async () => {
    const { storage, source, backup } = await startTwoAccounts();
    const from = source.getBlockBlobClient('from');
    await from.upload(Buffer.alloc(512, 'x'), 512);
    const account = BlobServiceClient.fromConnectionString(storage.connectionString('backupaccount'));
    const sas = (permissions: string) =>
      new BlobServiceClient(
        account.generateAccountSasUrl(
          new Date(Date.now() + 3_600_000),
          AccountSASPermissions.parse(permissions),
          'sco',
        ),
      ).getContainerClient('docs');
    const url = await sasUrl(from);
    const writer = sas('rwac');
    const id = Buffer.from('1').toString('base64');
    await writer.getBlockBlobClient('whole').syncUploadFromURL(url);
    await writer.getBlockBlobClient('blocks').stageBlockFromURL(id, url);
    await writer.getAppendBlobClient('append').create();
    await writer.getAppendBlobClient('append').appendBlockFromURL(url, 0, 512);
    await writer.getPageBlobClient('pages').create(512);
    await writer.getPageBlobClient('pages').uploadPagesFromURL(url, 0, 0, 512);
    expect(await backup.getBlockBlobClient('whole').exists()).toBe(true);
    expect(await refusalOf(sas('r').getBlockBlobClient('whole').syncUploadFromURL(url))).toBe(
      '403 AuthorizationPermissionMismatch',
    );
  });
});
