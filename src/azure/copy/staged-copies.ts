import type { BlobGetPropertiesResponse } from '@azure/storage-blob';
import type { Access } from '../../model/access.ts';
import { type Etag, etagHeader, parseEtag } from '../../model/etag.ts';
import type { Key } from '../../model/key.ts';
import type { BlobKind } from '../../model/reading.ts';
import { STAMP_NAME } from '../../model/stamp.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import { blobClient } from '../blob-client.ts';
import type { Account } from '../connect-account.ts';
import { toMeanings, toStorageError } from '../storage-error.ts';
import { toPathReading } from '../to-path-reading.ts';
import { toWriteOutcome } from '../write-outcome.ts';

/** What is at a place of the backup, as far as a copy on its way depends on it. */
export interface FoundCopy {
  readonly etag: Etag;
  readonly kind: BlobKind | 'directory';
  readonly size: number;
  /** What stands in the stamp's place. */
  readonly mark: string | undefined;
  /** Of an asynchronous copy onto it. */
  readonly copy: 'over' | 'pending' | 'broken';
  /** Whether the account keeps what is overwritten as an earlier version. */
  readonly isVersioned: boolean;
  /** On a hierarchical account, and on no other. */
  readonly access: Access | undefined;
}

/** One request. Undefined when nothing is there. */
export async function findCopy(backup: Account, key: Key): Promise<FoundCopy | undefined> {
  try {
    const found = await blobClient(backup, key).getProperties();
    const { etag, contentLength = 0, metadata, copyStatus, versionId } = found;
    const { kind, access } = toPathReading(found, {});
    return {
      etag: parseEtag(etag),
      kind,
      size: contentLength,
      mark: metadata?.[STAMP_NAME],
      copy: toCopyState(copyStatus),
      isVersioned: versionId !== undefined,
      access,
    };
  } catch (error) {
    if (toMeanings(error)?.read === 'absent') return undefined;
    throw toStorageError(error, 'read', backup.name);
  }
}

function toCopyState(status: BlobGetPropertiesResponse['copyStatus']): FoundCopy['copy'] {
  if (status === undefined || status === 'success') return 'over';
  return status === 'pending' ? 'pending' : 'broken';
}

/** Whether it is the copy that was asked for, with all its bytes. */
export function isWholeCopy(found: FoundCopy, { source, metadata }: CopyRequest): boolean {
  const { kind, size, mark, copy } = found;
  return copy === 'over' && kind === source.kind && size === source.size && mark === metadata[STAMP_NAME];
}

/** Removes it if it still is that one. */
export async function removeCopy(backup: Account, key: Key, etag: Etag): Promise<void> {
  const sides = { backup: backup.name, source: backup.name };
  await toWriteOutcome(sides, () =>
    blobClient(backup, key).delete({ conditions: { ifMatch: etagHeader(etag) } }),
  );
}
