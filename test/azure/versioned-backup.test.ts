import { describePorts } from '../contract/ports.contract.ts';
import { startStoragePair } from '../support/storage-pair.ts';

const backupHistory = { versioning: true, blobRetentionDays: 7 };

describePorts(
  'on real accounts, with a backup that keeps versions',
  async () => await startStoragePair({}, { backupHistory }),
  { keepsVersions: true },
);
