import { TIME_BUDGETS } from '../../concurrency/time-budget.ts';
import { createHash } from 'node:crypto';
import type { BlobGetPropertiesResponse } from '@azure/storage-blob';
import type { Account } from '../account/connect-account.ts';
import { blobClient } from '../blob/blob-client.ts';
import { toPathReading } from '../blob/to-reading.ts';
import { DamagedPage } from '../errors/damaged-page.ts';
import { toMeanings, toStorageError, toWriteOutcome } from '../errors/storage-error.ts';
import type { Access } from '../../model/access.ts';
import { type Etag, etagHeader, parseEtag } from '../../model/etag.ts';
import { type ContainerName, type Key, keyText, parseBlobPath } from '../../model/key.ts';
import type { BlobKind } from '../../model/reading.ts';
import { RESERVED_DIRECTORY } from '../../model/scope.ts';
import { STAMP_NAME } from '../../model/stamp.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';

const STAGING = `${RESERVED_DIRECTORY}/staging`;

/**
 * The path at which a copy is made before it is renamed: the same for every worker that copies this version.
 */
export function stagingKey({ key, source }: CopyRequest): Key {
  const name = createHash('sha256')
    .update(JSON.stringify([keyText(key), source.etag]))
    .digest('hex');
  return { container: key.container, path: parseBlobPath(`${STAGING}/${name}`) };
}

/** The state of a path on the backup, as far as a copy depends on it. */
export interface FoundCopy {
  readonly etag: Etag;
  readonly kind: BlobKind | 'directory';
  readonly size: number;
  /** The mark in place of the stamp. */
  readonly mark: string | undefined;
  /** The status of an asynchronous copy onto it. */
  readonly copy: 'over' | 'pending' | 'broken';
  /** Whether the account keeps overwritten blobs as earlier versions. */
  readonly isVersioned: boolean;
  /** Only on a hierarchical account. */
  readonly access: Access | undefined;
}

/** One request. Undefined when there is nothing. */
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

/** Whether it is the requested copy, with all its bytes. */
export function isWholeCopy(found: FoundCopy, { source, metadata }: CopyRequest): boolean {
  const { kind, size, mark, copy } = found;
  return copy === 'over' && kind === source.kind && size === source.size && mark === metadata[STAMP_NAME];
}

/** Removes it if it is still the same version. */
export async function removeCopy(backup: Account, key: Key, etag: Etag): Promise<void> {
  const sides = { backup: backup.name, source: backup.name };
  await toWriteOutcome(sides, () =>
    blobClient(backup, key).delete({ conditions: { ifMatch: etagHeader(etag) } }),
  );
}

/**
 * The age of a leftover: far more than any worker takes from one step of a copy, or of a deletion, to the
 * next.
 */
export const LEFTOVER_MS = 3_600_000;
/** How much of a message's time the removal may take. */
const BUDGET_MS = TIME_BUDGETS.staging;

/**
 * Removes the staged copies of workers that died, an hour after the last write to them, on accounts of either
 * kind. One request where there are none.
 *
 * @param now milliseconds since 1970
 */
export async function emptyStaging(
  account: Account,
  container: ContainerName,
  now: () => number,
): Promise<void> {
  const [end, before] = [performance.now() + BUDGET_MS, now() - LEFTOVER_MS];
  const prefix = `${STAGING}/`;
  const blobs = account.client.getContainerClient(container).listBlobsFlat({ prefix });
  try {
    for await (const { name, properties } of blobs) {
      if (performance.now() > end) return;
      // These paths are deleted: if a proxy changed the request, nothing else may be.
      if (!name.startsWith(prefix)) throw new DamagedPage('a name without the requested prefix');
      if (!isWhole(properties)) throw new DamagedPage('an entry without ETag or Last-Modified');
      if (properties.lastModified.getTime() < before)
        await removeCopy(account, { container, path: parseBlobPath(name) }, parseEtag(properties.etag));
    }
  } catch (error) {
    if (toMeanings(error)?.read !== 'absent') throw toStorageError(error, 'read', account.name);
  }
}

/** The SDK's types promise members that a damaged page lacks. */
function isWhole({ etag, lastModified }: Partial<Record<'etag' | 'lastModified', unknown>>): boolean {
  return typeof etag === 'string' && lastModified instanceof Date;
}
