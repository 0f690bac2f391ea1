import type { BlobGetPropertiesResponse } from '@azure/storage-blob';
import { type Etag, etagHeader } from '../../model/etag.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';
import { blobClient } from '../blob-client.ts';
import type { Account } from '../connect-account.ts';
import { toMeanings, toStorageError } from '../storage-error.ts';
import { toKind } from '../to-reading.ts';
import { NotWhole } from './not-whole.ts';

/** Of no bytes at all, base64. Some clients leave it on every blob (azure-sdk-for-net#16779). */
const MD5_OF_NOTHING = '1B2M2Y8AsgTpgAmY7PhCfg==';

/**
 * Whether the MD5 in the answer to a copy proves that the bytes are those of the source: the service computed it from
 * what it wrote, and the source declares the same. An MD5 of nothing, on a blob that is not empty, is what a service
 * would answer that wrote nothing.
 */
export function isProvenByMd5({ source }: CopyRequest, answered: string | undefined): boolean {
  const { contentMd5, size } = source;
  return contentMd5 !== undefined && answered === contentMd5 && (size === 0 || contentMd5 !== MD5_OF_NOTHING);
}

/**
 * Proves that the copy which a write answered for is of the source's kind and length. One request.
 *
 * @param etag what the write answered: another write since is another's to prove
 * @throws NotWhole
 */
export async function proveCopy(backup: Account, request: CopyRequest, etag: Etag): Promise<WriteOutcome> {
  let found: BlobGetPropertiesResponse;
  try {
    found = await blobClient(backup, request.key).getProperties({
      conditions: { ifMatch: etagHeader(etag) },
    });
  } catch (error) {
    const meaning = toMeanings(error)?.read;
    if (meaning === 'absent' || meaning === 'race-lost') return { outcome: 'backup-moved' };
    throw toStorageError(error, 'read', backup.name);
  }
  refuseNotWhole(backup, request, found, etag);
  return { outcome: 'written' };
}

/** @throws NotWhole when what was found is of another kind or length than the source */
export function refuseNotWhole(
  backup: Account,
  { source }: CopyRequest,
  { blobType, contentLength }: BlobGetPropertiesResponse,
  etag: Etag,
): void {
  const isOfKind = toKind(blobType) === source.kind;
  if (!isOfKind || contentLength !== source.size) throw new NotWhole(backup.name, { etag, isOfKind });
}
