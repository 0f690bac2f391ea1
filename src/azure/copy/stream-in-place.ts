import type { BlobClient, BlobGetPropertiesResponse } from '@azure/storage-blob';
import { BlobmirrorError } from '../../model/errors.ts';
import { type Etag, etagHeader, parseEtag } from '../../model/etag.ts';
import { keyText } from '../../model/key.ts';
import { type Metadata, STAMP_NAME } from '../../model/stamp.ts';
import { markUnfinished, unfinishedBytes } from '../../model/unfinished-copy.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import { serviceCode, toStorageError } from '../storage-error.ts';
import { toBlobHeaders } from '../to-blob-headers.ts';
import { toWriteOutcome, type WriteSides } from '../write-outcome.ts';
import type { CopyResult } from './copy-engine.ts';
import type { TimeBudget } from './time-budget.ts';

/** Bytes `offset` to `offset + count`. */
export interface Piece {
  readonly offset: number;
  readonly count: number;
}

/** What tells append and page blobs apart. Both grow under the eyes of everybody: they have no commit. */
export interface InPlaceBlob {
  readonly blob: BlobClient;
  /** Whether the length of a partial copy tells that nobody else has written to it since it was left. */
  readonly isResumable: boolean;
  /** Makes it empty, over whatever the condition names, with the mark of a partial copy in its metadata. */
  readonly create: () => Promise<{ readonly etag?: string | undefined }>;
  /** What is to be written from that byte on. */
  readonly pieces: (offset: number) => AsyncIterable<Piece | 'source-moved'>;
  /** Undefined when the source is no longer the version. */
  readonly write: (
    piece: Piece,
    ifMatch: string,
  ) => Promise<{ readonly etag?: string | undefined } | undefined>;
}

/**
 * Writes a blob piece by piece, each under the ETag that the one before left behind, so that two writers never mix.
 * Until the last piece is there a mark stands in the stamp's place; the stamp comes with the last request.
 */
export async function streamInPlace(
  { blob, isResumable, create, pieces, write }: InPlaceBlob,
  sides: WriteSides,
  request: CopyRequest,
  budget: TimeBudget,
): Promise<CopyResult> {
  const { condition, source, metadata } = request;
  const isPausable = isResumable && STAMP_NAME in metadata;
  let end: 'source-moved' | 'unfinished' | undefined;
  const outcome = await toWriteOutcome(sides, async () => {
    const partial = 'ifMatch' in condition && isResumable ? await findPartial(condition.ifMatch) : undefined;
    const start = partial?.offset ?? 0;
    let etag = partial?.etag ?? parseEtag((await create()).etag);
    let written: Piece | undefined;
    for await (const piece of pieces(start)) {
      if (written !== undefined && (budget.isSpent() || (isPausable && budget.isPaused()))) {
        await pause(etag, written.offset + written.count);
        end = 'unfinished';
        return;
      }
      const answer = piece === 'source-moved' ? undefined : await write(piece, etagHeader(etag));
      if (piece === 'source-moved' || answer === undefined) {
        end = 'source-moved';
        return;
      }
      etag = parseEtag(answer.etag);
      written = piece;
    }
    const headers = await blob.setHTTPHeaders(toBlobHeaders(source.headers, source.contentMd5), {
      conditions: { ifMatch: etagHeader(etag) },
    });
    await setMetadata(metadata, parseEtag(headers.etag));
  });
  return end === undefined || outcome.outcome !== 'written' ? outcome : { outcome: end };

  /** What this or another worker has left of the same copy; undefined when something else is there. */
  async function findPartial(ifMatch: Etag): Promise<{ etag: Etag; offset: number } | undefined> {
    let found: BlobGetPropertiesResponse;
    try {
      found = await blob.getProperties();
    } catch (error) {
      if (serviceCode(error) === 'BlobNotFound') return undefined;
      throw toStorageError(error, 'read', sides.backup);
    }
    const etag = parseEtag(found.etag);
    const bytes = unfinishedBytes(found.metadata ?? {}, 'partial', metadata);
    if (etag !== ifMatch || bytes === undefined || bytes !== found.contentLength) return undefined;
    return { etag, offset: bytes };
  }

  async function pause(etag: Etag, bytes: number): Promise<void> {
    if (!isPausable) {
      throw new BlobmirrorError(
        'copy-not-possible',
        `${keyText(request.key)} cannot pass through the process in the time of one call, and cannot be resumed`,
      );
    }
    await setMetadata(markUnfinished(metadata, 'partial', bytes), etag);
  }

  async function setMetadata(to: Metadata, etag: Etag): Promise<void> {
    await blob.setMetadata({ ...to }, { conditions: { ifMatch: etagHeader(etag) } });
  }
}
