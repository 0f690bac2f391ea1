import { BACKUP, type StorageRequest } from '@blobmirror/local';

/** Of the mirror's requests, those that changed the backup: `container/path`, once for each. */
export function writesOnBackup(requests: readonly StorageRequest[]): string[] {
  return requests
    .filter(
      ({ account, method, status }) =>
        account === BACKUP.name && method !== 'GET' && method !== 'HEAD' && status < 300,
    )
    .map(({ container, path = '' }) => `${container}/${path}`)
    .toSorted();
}
