import { BlobServiceClient } from '@azure/storage-blob';
import { createAzureInspector } from '../../src/azure/azure-inspector.js';
import { connectAccount } from '../../src/azure/connect-account.js';
import { describeInspector } from '../contract/inspector.contract.js';
import { startStoragePair } from '../support/storage-pair.js';

describeInspector('on real accounts', async () => {
  const pair = await startStoragePair();
  const connectionString = pair.connectionStrings.backup;
  await BlobServiceClient.fromConnectionString(connectionString).createContainer('opened', {
    access: 'blob',
  });
  return { ...pair, inspector: createAzureInspector(connectAccount({ connectionString })) };
});
