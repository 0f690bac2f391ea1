import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAzureAccountInspector } from '../../src/azure/account-inspector.ts';
import { connectAccount } from '../../src/azure/account/connect-account.ts';
import { converge } from '../../src/mirror/converge.ts';
import { parseKey } from '../../src/model/key.ts';
import { POLICY } from '../support/memory-pair.ts';
import { startStoragePair, type StoragePair } from '../support/storage-pair.ts';
import { collectFindings } from './collect-findings.ts';

describe('the requests of verify, as storage counts them', () => {
  let pair: StoragePair;
  beforeEach(async () => {
    pair = await startStoragePair();
    for (let n = 0; n < 5; n++) {
      const key = parseKey('photos', `blob-${n}`);
      await pair.put('source', key, { content: 'hello' });
      await converge({ source: pair.source, backup: pair.backup, policy: POLICY }, key);
    }
  });
  afterEach(async () => {
    await pair.stop();
  });

  async function count(content: 'md5' | 'read'): Promise<string[]> {
    const { source, backup } = pair.connectionStrings;
    pair.requests.length = 0;
    await collectFindings(
      {
        source: createAzureAccountInspector(connectAccount({ connectionString: source })),
        backup: createAzureAccountInspector(connectAccount({ connectionString: backup })),
      },
      { content },
    );
    return pair.requests.toSorted((a, b) => (a < b ? -1 : 1));
  }

  const LISTED = [
    'backupaccount Container_GetProperties',
    'backupaccount Container_GetProperties',
    'backupaccount Container_ListBlobFlatSegment',
    'backupaccount Service_ListContainersSegment',
    'sourceaccount Container_GetProperties',
    'sourceaccount Container_ListBlobFlatSegment',
    'sourceaccount Service_ListContainersSegment',
  ];

  it('are none for a blob beside the listings, where these agree', async () => {
    expect(await count('md5')).toEqual(LISTED);
  });

  it('are one more for each blob of either side that is read', async () => {
    const requests = await count('read');
    const reads = requests.filter((request) => request.endsWith(' Blob_Download'));
    expect(requests.filter((request) => !reads.includes(request))).toEqual(LISTED);
    expect(reads).toHaveLength(5 * 2);
  });

  it('are a look at both sides for each blob that the listings disagree on', async () => {
    await pair.remove('backup', parseKey('photos', 'blob-3'));
    expect(await count('md5')).toEqual(
      [...LISTED, 'backupaccount Blob_GetProperties', 'sourceaccount Blob_GetProperties'].toSorted((a, b) =>
        a < b ? -1 : 1,
      ),
    );
  });
});
