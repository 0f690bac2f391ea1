import { createHash } from 'node:crypto';
import { type Key, keyText, parseBlobPath } from '../../model/key.ts';
import { RESERVED_DIRECTORY } from '../../model/scope.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';

export const STAGING = `${RESERVED_DIRECTORY}/staging`;

/** Where a copy is made that then takes its place by a rename: the same for every worker that copies this version. */
export function stagingKey({ key, source }: CopyRequest): Key {
  const name = createHash('sha256')
    .update(JSON.stringify([keyText(key), source.etag]))
    .digest('hex');
  return { container: key.container, path: parseBlobPath(`${STAGING}/${name}`) };
}
