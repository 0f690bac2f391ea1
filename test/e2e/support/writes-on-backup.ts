import { BACKUP } from '../../../src/local/accounts.js';
import type { StorageRequest } from '../../../src/local/storage/storage-request.js';

/** Of the mirror's requests, those that changed the backup: `container/path`, once for each. What it notes of its runs is left out. */
export function writesOnBackup(requests: readonly StorageRequest[]): string[] {
  return requests
    .filter(
      ({ account, container, method, status }) =>
        account === BACKUP.name &&
        container !== 'blobmirror-state' &&
        method !== 'GET' &&
        method !== 'HEAD' &&
        status < 300,
    )
    .map(({ container, path = '' }) => `${container}/${path}`)
    .toSorted();
}
