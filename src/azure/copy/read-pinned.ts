import { etagHeader } from '../../model/etag.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import { blobClient } from '../blob-client.ts';
import type { Account } from '../connect-account.ts';
import { toMeanings, toStorageError } from '../storage-error.ts';

/** The part of a request to copy that says what is read. */
interface PinnedVersion extends Pick<CopyRequest, 'key' | 'from'> {
  readonly source: Pick<CopyRequest['source'], 'etag'>;
}

/**
 * Fills `into` with the source's bytes from `offset` on, read from the version of the request only. False when the
 * source is no longer that version. Nothing to read asks for the version alone.
 */
export async function readPinned(
  source: Account,
  { key, from = key, source: pinned }: PinnedVersion,
  offset: number,
  into: Buffer,
  signal?: AbortSignal,
): Promise<boolean> {
  const blob = blobClient(source, from);
  const options = {
    conditions: { ifMatch: etagHeader(pinned.etag) },
    ...(signal !== undefined && { abortSignal: signal }),
  };
  try {
    if (into.length === 0) await blob.getProperties(options);
    else await blob.downloadToBuffer(into, offset, into.length, { ...options, blockSize: into.length });
    return true;
  } catch (error) {
    const meaning = toMeanings(error)?.read;
    if (meaning === 'absent' || meaning === 'race-lost') return false;
    throw toStorageError(error, 'read', source.name);
  }
}
