import { BlobServiceClient } from '@azure/storage-blob';
import { expect, it, onTestFinished } from 'vitest';
import { createAzureAccountInspector } from '../../src/azure/account-inspector.ts';
import { connectAccount } from '../../src/azure/account/connect-account.ts';
import { converge } from '../../src/mirror/converge.ts';
import { parseKey } from '../../src/model/key.ts';
import { ENGINES } from '../azure/support/engines.ts';
import { POLICY } from '../support/memory-pair.ts';
import { startStoragePair } from '../support/storage-pair.ts';
import { collectFindings } from './collect-findings.ts';

const KEY = parseKey('photos', 'without a type');

it.each(ENGINES)(
  'a source blob that has no Content-Type differs in nothing when it is copied by %s',
  async (_, options) => {
    const pair = await startStoragePair(options);
    onTestFinished(async () => await pair.stop());
    const { source, backup } = pair.connectionStrings;
    const user = BlobServiceClient.fromConnectionString(source).getContainerClient(KEY.container);
    await user.create();
    await user.getBlockBlobClient(KEY.path).upload('x', 1);
    await user.getBlockBlobClient(KEY.path).setHTTPHeaders({ blobContentLanguage: 'de' });
    expect(await pair.source.read(KEY)).toMatchObject({ headers: { contentLanguage: 'de' } });
    await converge({ source: pair.source, backup: pair.backup, policy: POLICY }, KEY);

    const [atSource, onBackup] = [source, backup].map((connectionString) =>
      createAzureAccountInspector(connectAccount({ connectionString })),
    );
    if (atSource === undefined || onBackup === undefined) throw new Error('there are two accounts');
    const { differences } = await collectFindings({ source: atSource, backup: onBackup });
    expect(differences).toEqual(new Map());
  },
);
