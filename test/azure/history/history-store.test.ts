import { BACKUP, SOURCE, startStorage } from '@blobmirror/local';
import { BlobServiceClient } from '@azure/storage-blob';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { createAzureBackupStore } from '../../../src/azure/backup-store.ts';
import { createAzureHistoryStore } from '../../../src/azure/history/history-store.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { describeHistory } from '../../contract/history.contract.ts';

describeHistory('a real account', async () => {
  const storage = await startStorage({
    port: 0,
    accounts: [SOURCE, { ...BACKUP, versioning: true, blobRetentionDays: 30 }],
  });
  const stageOf = (name: string) => {
    const account = connectAccount({ connectionString: storage.connectionString(name) });
    return { store: createAzureBackupStore(account, account), history: createAzureHistoryStore(account) };
  };
  const user = BlobServiceClient.fromConnectionString(storage.connectionString(BACKUP.name));
  return {
    kept: stageOf(BACKUP.name),
    unkept: stageOf(SOURCE.name),
    put: async ({ container, path }, content, metadata = {}) => {
      const client = user.getContainerClient(container);
      await client.createIfNotExists();
      const { etag } = await client.getBlockBlobClient(path).upload(content, content.length, { metadata });
      return parseEtag(etag);
    },
    stop: async () => await storage.stop(),
  };
});
