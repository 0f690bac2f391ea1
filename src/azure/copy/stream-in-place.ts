import type { BlobClient, BlobGetPropertiesResponse } from '@azure/storage-blob';
import { type Etag, etagHeader, parseEtag } from '../../model/etag.js';
import { isPartialOf } from '../../model/unfinished-copy.js';
import type { CopyRequest } from '../../ports/backup-store.js';
import { serviceCode, toStorageError } from '../storage-error.js';
import { toBlobHeaders } from '../to-blob-headers.js';
import { toWriteOutcome, type WriteSides } from '../write-outcome.js';
import type { CopyResult } from './copy-engine.js';
import type { TimeBudget } from './time-budget.js';

/** Bytes `offset` to `offset + count`. */
export interface Piece {
  readonly offset: number;
  readonly count: number;
}

/** What tells append and page blobs apart. Both grow under the eyes of everybody: they have no commit. */
export interface InPlaceBlob {
  readonly blob: BlobClient;
  /** Makes it empty, over whatever the condition names, with the mark of a partial copy in its metadata. */
  readonly create: () => Promise<{ readonly etag?: string | undefined }>;
  /** Where a partial copy goes on. */
  readonly resumeAt: (found: BlobGetPropertiesResponse) => Promise<number>;
  /** What is to be written from there on; undefined when the source is no longer the version. */
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
  { blob, create, resumeAt, pieces, write }: InPlaceBlob,
  sides: WriteSides,
  request: CopyRequest,
  budget: TimeBudget,
): Promise<CopyResult> {
  const { condition, source, metadata } = request;
  let end: 'source-moved' | 'unfinished' | undefined;
  const outcome = await toWriteOutcome(sides, async () => {
    const partial = 'ifMatch' in condition ? await findPartial(condition.ifMatch) : undefined;
    let etag = partial?.etag ?? parseEtag((await create()).etag);
    for await (const piece of pieces(partial?.offset ?? 0)) {
      const written = piece === 'source-moved' ? undefined : await write(piece, etagHeader(etag));
      if (written === undefined) end = 'source-moved';
      else {
        etag = parseEtag(written.etag);
        if (budget.isSpent()) end = 'unfinished';
      }
      if (end !== undefined) return;
    }
    const headers = await blob.setHTTPHeaders(toBlobHeaders(source.headers, source.contentMd5), {
      conditions: { ifMatch: etagHeader(etag) },
    });
    await blob.setMetadata({ ...metadata }, { conditions: { ifMatch: etagHeader(parseEtag(headers.etag)) } });
  });
  return end === undefined ? outcome : { outcome: end };

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
    if (etag !== ifMatch || !isPartialOf(found.metadata ?? {}, metadata)) return undefined;
    return { etag, offset: await resumeAt(found) };
  }
}
