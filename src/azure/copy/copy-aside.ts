import { BlobmirrorError } from '../../model/errors.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import type { WriteCondition } from '../../ports/write-outcome.ts';
import type { CopyResult, CopySetup } from './copy-engine.ts';
import { type FoundCopy, findCopy, isWholeCopy, removeCopy, stagingKey } from './staged-copies.ts';

/** Makes a copy block by block at the key of the request. */
type CopyInPlace = (request: CopyRequest) => Promise<CopyResult>;

/**
 * Copies block by block at the key where blocks can be put, and otherwise at a staging path. A file written
 * by the Data Lake API takes no blocks: the service answers 409
 * (learn.microsoft.com/azure/storage/blobs/data-lake-storage-known-issues). If the file were deleted first,
 * the backup would lack it until the last block is there. So the copy is staged, where any worker can
 * continue it, and then renamed over the file, under the condition of the request. The rename keeps ETag and
 * stamp.
 */
export function createCopyAside({
  backup,
  directories,
}: CopySetup): (request: CopyRequest, copyInPlace: CopyInPlace) => Promise<CopyResult> {
  return async (request, copyInPlace) => {
    const inPlace = await copyInPlace(request).catch(toConflict);
    const { condition } = request;
    const isRefused = inPlace instanceof BlobmirrorError || isOfTheBackup(inPlace);
    const there = isRefused && 'ifMatch' in condition ? await findCopy(backup, request.key) : undefined;
    // On a flat account nothing has access of its own.
    const isFile = there?.kind === 'block' && there.access !== undefined;
    if (isFile && 'ifMatch' in condition && there.etag === condition.ifMatch)
      return await copyAside(request, there, condition, copyInPlace);
    if (inPlace instanceof BlobmirrorError) throw inPlace;
    return inPlace;
  };

  async function copyAside(
    request: CopyRequest,
    { access }: FoundCopy,
    condition: WriteCondition,
    copyInPlace: CopyInPlace,
  ): Promise<CopyResult> {
    const { key, from = key } = request;
    const aside = stagingKey(request);
    const made = await copyInPlace({ ...request, key: aside, from, condition: { nothingThere: true } });
    if (made.kind !== 'written' && made.kind !== 'backup-precondition-failed') return made;
    // A worker that died before the rename may have staged it already.
    const staged = await findCopy(backup, aside);
    if (staged === undefined || !isWholeCopy(staged, request)) return { kind: 'backup-precondition-failed' };
    if (access !== undefined) await directories.setAccess(aside, access);
    const outcome = await directories.rename({ from: aside, to: key, ifMatch: staged.etag, condition });
    if (outcome.kind !== 'written') await removeCopy(backup, aside, staged.etag);
    return outcome;
  }
}

/**
 * The code is not documented; it is `BlobOperationNotSupported` in Azure/azure-storage-net-data-movement#312.
 */
function toConflict(error: unknown): BlobmirrorError {
  if (!(error instanceof BlobmirrorError)) throw error;
  const { status, service } = error.context;
  if (status === 409 && service !== 'CannotVerifyCopySource') return error;
  throw error;
}

/** Whether the condition does not hold, or the blob is not a block blob. */
function isOfTheBackup(result: CopyResult): boolean {
  return (
    result.kind === 'backup-precondition-failed' ||
    (result.kind === 'refused' && result.reason === 'backup-versions-of-another-kind')
  );
}
