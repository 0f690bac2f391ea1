import type { Access } from '../../model/access.js';
import { BlobmirrorError } from '../../model/errors.js';
import { type Etag, etagHeader, parseEtag } from '../../model/etag.js';
import type { Key } from '../../model/key.js';
import { STAMP_NAME } from '../../model/stamp.js';
import type { CopyRequest } from '../../ports/backup-store.js';
import type { WriteCondition } from '../../ports/write-outcome.js';
import { blobClient } from '../blob-client.js';
import { toMeanings, toStorageError } from '../storage-error.js';
import { toPathReading } from '../to-path-reading.js';
import { toWriteOutcome } from '../write-outcome.js';
import type { CopyResult, CopySetup } from './copy-engine.js';
import { stagingKey } from './staging-key.js';

/** Makes a copy block by block at the key of the request. */
type CopyInPlace = (request: CopyRequest) => Promise<CopyResult>;

interface Found {
  readonly etag: Etag;
  readonly access: Access | undefined;
  readonly mark: string | undefined;
}

/**
 * Copies block by block where blocks can be put, and otherwise aside. A file that the Data Lake API wrote takes none:
 * the service answers 409 (learn.microsoft.com/azure/storage/blobs/data-lake-storage-known-issues). Were it deleted
 * first, the backup would be without it until the last block is there. So the copy is made in a place of ours, which
 * any worker can go on with, and takes that of the file by a rename, under the condition of the request. ETag and stamp
 * stay as they were made.
 */
export function createCopyAside({
  backup,
  directories,
}: CopySetup): (request: CopyRequest, copyInPlace: CopyInPlace) => Promise<CopyResult> {
  const sides = { backup: backup.name, source: backup.name };

  return async (request, copyInPlace) => {
    const inPlace = await copyInPlace(request).catch(toConflict);
    const { condition } = request;
    const isRefused = inPlace instanceof BlobmirrorError || inPlace.outcome === 'backup-moved';
    const there = isRefused && 'ifMatch' in condition ? await findFile(request.key) : undefined;
    if (there !== undefined && 'ifMatch' in condition && there.etag === condition.ifMatch)
      return await copyAside(request, there, condition, copyInPlace);
    if (inPlace instanceof BlobmirrorError) throw inPlace;
    return inPlace;
  };

  async function copyAside(
    request: CopyRequest,
    { access }: Found,
    condition: WriteCondition,
    copyInPlace: CopyInPlace,
  ): Promise<CopyResult> {
    const { key, from = key, metadata } = request;
    const aside = stagingKey(request);
    const made = await copyInPlace({ ...request, key: aside, from, condition: { nothingThere: true } });
    if (made.outcome !== 'written' && made.outcome !== 'backup-moved') return made;
    // It may be there already, of a worker that died before the rename.
    const staged = await findFile(aside);
    if (staged === undefined || staged.mark !== metadata[STAMP_NAME]) return { outcome: 'backup-moved' };
    if (access !== undefined) await directories.setAccess(aside, access);
    const outcome = await directories.rename({ from: aside, to: key, ifMatch: staged.etag, condition });
    if (outcome.outcome !== 'written') await remove(aside, staged.etag);
    return outcome;
  }

  /** What is at a path of a hierarchical account; undefined when that is no file, or the account a flat one. */
  async function findFile(key: Key): Promise<Found | undefined> {
    try {
      const found = await blobClient(backup, key).getProperties();
      const { kind, access } = toPathReading(found, {});
      if (kind !== 'block' || access === undefined) return undefined;
      return { etag: parseEtag(found.etag), access, mark: found.metadata?.[STAMP_NAME] };
    } catch (error) {
      if (toMeanings(error)?.read === 'absent') return undefined;
      throw toStorageError(error, 'read', backup.name);
    }
  }

  async function remove(key: Key, etag: Etag): Promise<void> {
    await toWriteOutcome(sides, () =>
      blobClient(backup, key).delete({ conditions: { ifMatch: etagHeader(etag) } }),
    );
  }
}

/** The code is documented nowhere; `BlobOperationNotSupported` in Azure/azure-storage-net-data-movement#312. */
function toConflict(error: unknown): BlobmirrorError {
  if (!(error instanceof BlobmirrorError)) throw error;
  const { status, service } = error.context;
  if (status === 409 && service !== 'CannotVerifyCopySource') return error;
  throw error;
}
