import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { AccountSASPermissions, BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { createAzureBackupStore } from '../../../src/azure/backup-store.ts';
import { type Account, connectAccount } from '../../../src/azure/account/connect-account.ts';
import { createPathClients } from '../../../src/azure/lake/path-clients.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { parseKey } from '../../../src/model/key.ts';
import { startLakePair } from '../../support/lake-pair.ts';

const KEY = Buffer.from('key').toString('base64');

interface Sent {
  readonly url: string;
  readonly renameSource: string | undefined;
}

/** An account whose requests end here. */
function recording(connectionString: string): { account: Account; sent: Sent[] } {
  const account = connectAccount({ connectionString });
  const sent: Sent[] = [];
  const record: PipelinePolicy = {
    name: 'record',
    sendRequest: async ({ url, headers }) => {
      sent.push({ url, renameSource: headers.get('x-ms-rename-source') });
      return await Promise.reject(new Error('recorded'));
    },
  };
  const createPipeline: Account['createPipeline'] = () => account.createPipeline(record);
  return { account: { ...account, createPipeline }, sent };
}

describe('the Data Lake API of an account', () => {
  const [from, to] = [parseKey('lake', 'a/from ü%'), parseKey('lake', 'b?/to #')];

  it.each([
    ['core.windows.net', 'https://acct.dfs.core.windows.net'],
    ['core.chinacloudapi.cn', 'https://acct.dfs.core.chinacloudapi.cn'],
    ['core.usgovcloudapi.net', 'https://acct.dfs.core.usgovcloudapi.net'],
  ])('is asked at the dfs endpoint of %s', async (suffix, origin) => {
    const { account, sent } = recording(
      `DefaultEndpointsProtocol=https;AccountName=acct;AccountKey=${KEY};EndpointSuffix=${suffix}`,
    );
    const paths = createPathClients(account);
    await expect(paths.move(from, to, parseEtag('0x1'), { nothingThere: true })).rejects.toThrow('recorded');
    await expect(paths.path(from).create()).rejects.toThrow('recorded');
    expect(sent).toEqual([
      { url: `${origin}/lake/b%3F/to%20%23?mode=legacy`, renameSource: '/lake/a/from%20%C3%BC%25' },
      { url: `${origin}/lake/a/from%20%C3%BC%25?resource=directory`, renameSource: undefined },
    ]);
  });

  it('uses a SAS for every request, the source of a rename included', async () => {
    const pair = await startLakePair();
    const { source, backup } = pair.connectionStrings;
    const sas = BlobServiceClient.fromConnectionString(backup).generateAccountSasUrl(
      new Date(Date.now() + 3_600_000),
      AccountSASPermissions.parse('rwdlac'),
    );
    const [endpoint, query] = sas.split('?');
    const store = createAzureBackupStore(
      connectAccount({
        accountName: 'backupaccount',
        connectionString: `BlobEndpoint=${endpoint};SharedAccessSignature=${query}`,
      }),
      connectAccount({ connectionString: source }),
    );
    const key = parseKey('lake', 'd ü%');
    await pair.addContainer('backup', 'lake');
    expect(await store.createDirectory({ key, metadata: {}, access: undefined })).toMatchObject({
      kind: 'written',
    });
    const reading = await store.read(key);
    if (!reading.present) throw new Error('it is not there');
    const outcome = await store.moveToTrash(key, reading.etag);
    if (outcome.kind !== 'trashed') throw new Error(`it is ${outcome.kind}`);
    await store.deleteTrashed(outcome.trashed);
    expect(await pair.isInTrash(outcome.trashed)).toBe(false);
    await pair.stop();
  });
});
