import { createHash } from 'node:crypto';
import { type Etag, etagHeader, parseEtag } from '../../model/etag.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { keyText } from '../../model/key.ts';
import { STAMP_NAME, markUnfinished, unfinishedBytes } from '../../model/stamp.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';
import { blobClient } from '../blob/blob-client.ts';
import { toMeanings, toStorageError, toWriteOutcome } from '../errors/storage-error.ts';
import type { CopyEngine, CopyResult, CopySetup } from './copy-engine.ts';
import { comparePieces } from './compare-content.ts';
import type { TimeBudget } from '../../concurrency/deadline.ts';

/** A complete copy, with a mark in place of the stamp. */
interface Unverified {
  readonly etag: Etag;
  /** Bytes compared so far. */
  readonly compared: number;
}

/**
 * Makes copies that count only when both sides were read back and found equal: the copy is made with a mark
 * in place of the stamp, compared piece by piece, source and backup each under its ETag, and stamped last. A
 * copy that differs is deleted. A comparison that does not fit the budget records its progress in the mark.
 *
 * On an immutable backup the metadata of a protected version cannot be written, but a blob can be
 * overwritten, which makes a new version
 * (learn.microsoft.com/azure/storage/blobs/immutable-version-level-worm-policies). There the stamp comes with
 * a second copy of the same version of the source, over the one that was compared. The second copy is not
 * read back, since nothing could be stamped afterwards. Its length is proven, and its MD5 where the blob fits
 * one request and was compared in one call: the service receives the MD5 of the compared bytes, and refuses
 * others. Under a policy of the whole container nothing can be overwritten either; there
 * BLOBMIRROR_VERIFY=service is the only way.
 *
 * Costs: a HEAD and a write of metadata for each copy, and a read of every byte on both sides.
 */
export function verifyCopies({ backup, source }: CopySetup, engine: CopyEngine): CopyEngine {
  const sides = { backup: backup.name, source: source.name };
  const blobOf = ({ key }: CopyRequest) => blobClient(backup, key).getBlockBlobClient();

  return async (request, budget) => {
    const { condition } = request;
    const before = 'ifMatch' in condition && isMarked(request) ? await findUnverified(request) : undefined;
    if (before !== undefined && 'ifMatch' in condition && before.etag === condition.ifMatch)
      return { ...(await compare(request, before, budget)), engine: 'compared' };

    // An archived copy could not be read back: its tier is set last.
    const tier = request.tier === 'Archive' ? undefined : request.tier;
    const copied = await engine(
      { ...request, tier, metadata: markUnfinished(request.metadata, 'unverified', 0) },
      budget,
    );
    if (copied.kind !== 'written') return copied;
    const made = await findUnverified(request);
    if (made === undefined) return { kind: 'backup-precondition-failed', engine: copied.engine };
    return { ...(await compare(request, made, budget)), engine: copied.engine };
  };

  /** Undefined when something else is there, or nothing, or the copy is still running. */
  async function findUnverified(request: CopyRequest): Promise<Unverified | undefined> {
    try {
      const { etag, metadata = {}, copyStatus = 'success' } = await blobOf(request).getProperties();
      if (copyStatus !== 'success') return undefined;
      const compared = isMarked(request) ? unfinishedBytes(metadata, 'unverified', request.metadata) : 0;
      return compared === undefined ? undefined : { etag: parseEtag(etag), compared };
    } catch (error) {
      if (toMeanings(error)?.read === 'absent') return undefined;
      throw toStorageError(error, 'read', backup.name);
    }
  }

  async function compare(
    request: CopyRequest,
    { etag, compared }: Unverified,
    budget: TimeBudget,
  ): Promise<CopyResult> {
    const { key, from = key, source: pinned } = request;
    const hash = createHash('md5');
    const found = await comparePieces(
      { account: source, key: from, etag: pinned.etag },
      { account: backup, key, etag },
      {
        size: pinned.size,
        equal: compared,
        onEqualPiece: (piece) => hash.update(piece),
        mustStop: () => budget.isSpent() || (isMarked(request) && budget.isPaused()),
      },
    );
    switch (found.kind) {
      case 'same':
        return await stamp(request, etag, compared === 0 ? hash.digest('base64') : undefined, budget);
      case 'different':
        return await reject(request, etag);
      case 'unfinished':
        return await pause(request, etag, found.equal);
      default:
        return { kind: found.kind };
    }
  }

  async function stamp(
    request: CopyRequest,
    etag: Etag,
    md5: string | undefined,
    budget: TimeBudget,
  ): Promise<CopyResult> {
    const { metadata, tier, source: read } = request;
    const outcome = await toWriteOutcome(sides, async () => {
      await blobOf(request).setMetadata({ ...metadata }, { conditions: { ifMatch: etagHeader(etag) } });
    });
    if (isImmutable(outcome)) {
      const contentMd5 = read.contentMd5 ?? md5;
      const again = { ...request, source: { ...read, contentMd5 }, condition: { ifMatch: etag } };
      return await engine(again, budget);
    }
    if (outcome.kind !== 'written' || tier !== 'Archive') return outcome;
    return await toWriteOutcome(sides, () => blobOf(request).setAccessTier(tier));
  }

  async function pause(request: CopyRequest, etag: Etag, compared: number): Promise<CopyResult> {
    if (!isMarked(request)) {
      throw new BlobmirrorError(
        'copy-not-possible',
        `the metadata of ${keyText(request.key)} has no room for the progress of its comparison`,
      );
    }
    const metadata = { ...markUnfinished(request.metadata, 'unverified', compared) };
    const outcome = await toWriteOutcome(sides, () =>
      blobOf(request).setMetadata(metadata, { conditions: { ifMatch: etagHeader(etag) } }),
    );
    if (isImmutable(outcome)) {
      throw new BlobmirrorError(
        'copy-not-possible',
        `the comparison of ${keyText(request.key)} does not fit one call, and an immutable backup cannot keep its progress`,
      );
    }
    return outcome.kind === 'written' ? { kind: 'unfinished' } : outcome;
  }

  async function reject(request: CopyRequest, etag: Etag): Promise<never> {
    // A copy with snapshots, of earlier versions, keeps its mark and is copied anew.
    const { kind: outcome } = await toWriteOutcome(sides, () =>
      blobOf(request).delete({ conditions: { ifMatch: etagHeader(etag) } }),
    );
    const isDeleted = outcome === 'refused' ? 'could not be deleted' : 'is deleted';
    throw new BlobmirrorError(
      'content-mismatch',
      `the copy of ${keyText(request.key)} on ${backup.name} differed from the blob on ${source.name} and ${isDeleted}`,
    );
  }
}

function isImmutable(outcome: WriteOutcome): boolean {
  return outcome.kind === 'refused' && outcome.reason === 'backup-immutable';
}

/** Where the user's metadata leaves no room for a stamp, there is none for a mark. */
function isMarked({ metadata }: CopyRequest): boolean {
  return STAMP_NAME in metadata;
}
