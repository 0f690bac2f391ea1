import type { BlobClient, BlobGetPropertiesResponse } from '@azure/storage-blob';
import { blobClient, md5Of, tagOptions, toBlobHeaders, toConditions } from '../blob/blob-client.ts';
import { readPinned } from './compare-content.ts';
import type { CopyBlob, CopyResult, CopySetup } from './copy-engine.ts';
import { toBlockSize } from './copy-in-blocks.ts';
import {
  type AccountNames,
  serviceCode,
  toMeanings,
  toStorageError,
  toWriteOutcome,
} from '../errors/storage-error.ts';
import type { TimeBudget } from '../../concurrency/deadline.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { type Etag, etagHeader, parseEtag } from '../../model/etag.ts';
import { keyText } from '../../model/key.ts';
import { type Metadata, STAMP_NAME, markUnfinished, unfinishedBytes } from '../../model/stamp.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';

/** Bytes `offset` to `offset + count`. */
interface Piece {
  readonly offset: number;
  readonly count: number;
}

/**
 * The differences between append and page blobs. Both are written in place, with no commit, so their partial
 * content is visible.
 */
interface InPlaceBlob {
  readonly blob: BlobClient;
  /** Whether the length of a partial copy shows that nothing else has written to it since. */
  readonly isResumable: boolean;
  /** Creates it empty, over whatever the condition names, with the mark of a partial copy in its metadata. */
  readonly create: () => Promise<{ readonly etag?: string | undefined }>;
  /** The next piece to write from that byte on. */
  readonly pieces: (offset: number) => AsyncIterable<Piece | 'source-precondition-failed'>;
  /** Undefined when the source is no longer the version. */
  readonly write: (
    piece: Piece,
    ifMatch: string,
  ) => Promise<{ readonly etag?: string | undefined } | undefined>;
}

/**
 * Writes a blob piece by piece, each under the ETag of the piece before, so that two writers never mix. Until
 * the last piece is written, a mark replaces the stamp; the last request sets the stamp.
 */
async function streamInPlace(
  { blob, isResumable, create, pieces, write }: InPlaceBlob,
  sides: AccountNames,
  request: CopyRequest,
  budget: TimeBudget,
): Promise<CopyResult> {
  const { condition, source, metadata } = request;
  const isPausable = isResumable && STAMP_NAME in metadata;
  let end: 'source-precondition-failed' | 'unfinished' | undefined;
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
      const answer =
        piece === 'source-precondition-failed' ? undefined : await write(piece, etagHeader(etag));
      if (piece === 'source-precondition-failed' || answer === undefined) {
        end = 'source-precondition-failed';
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
  return end === undefined || outcome.kind !== 'written' ? outcome : { kind: end };

  /** A partial result of the same copy by this or another worker; undefined when something else is there. */
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
        `${keyText(request.key)} cannot be streamed within one call, and such a copy cannot be resumed`,
      );
    }
    await setMetadata(markUnfinished(metadata, 'partial', bytes), etag);
  }

  async function setMetadata(to: Metadata, etag: Etag): Promise<void> {
    await blob.setMetadata({ ...to }, { conditions: { ifMatch: etagHeader(etag) } });
  }
}

/**
 * Streams an append blob through the process, one block after the other: the service takes them in no other
 * way.
 */
export function createStreamAppendBlob({ backup, source, options }: CopySetup): CopyBlob {
  const sides = { backup: backup.name, source: source.name };
  return async (request, budget) => {
    const { key } = request;
    const { size } = request.source;
    const blob = blobClient(backup, key).getAppendBlobClient();
    const pieceSize = toBlockSize(size, options.streamedBlock.size);
    const buffer = Buffer.allocUnsafeSlow(Math.min(pieceSize, size));

    async function* pieces(start: number): AsyncGenerator<Piece | 'source-precondition-failed'> {
      // An empty blob has no piece whose request would check the version.
      if (size === 0 && !(await readPinned(source, request, 0, buffer))) yield 'source-precondition-failed';
      for (let offset = start; offset < size; offset += pieceSize)
        yield { offset, count: Math.min(pieceSize, size - offset) };
    }

    const inPlace = {
      blob,
      isResumable: true,
      create: async () => await blob.create(toCreateOptions(request)),
      pieces,
      write: async ({ offset, count }: Piece, ifMatch: string) => {
        const bytes = buffer.subarray(0, count);
        if (!(await readPinned(source, request, offset, bytes))) return undefined;
        return await blob.appendBlock(bytes, count, {
          conditions: { ifMatch, appendPosition: offset },
          transactionalContentMD5: md5Of(bytes),
        });
      },
    };
    return await streamInPlace(inPlace, sides, request, budget);
  };
}

/** Creates a blob that is marked as unfinished from its first byte on. */
function toCreateOptions({ metadata, tags, condition, source }: CopyRequest) {
  return {
    metadata: { ...markUnfinished(metadata, 'partial', 0) },
    ...tagOptions(tags),
    blobHTTPHeaders: toBlobHeaders(source.headers, undefined),
    conditions: toConditions(condition),
  };
}

/** The most that one request writes: learn.microsoft.com/rest/api/storageservices/put-page */
const LARGEST_WRITE = 4 * 1024 * 1024;

/**
 * Streams a page blob through the process: only the ranges that the source has, so that it stays sparse.
 * Nothing would show that another program wrote a page between two calls, so it is copied in one call or not
 * at all.
 */
export function createStreamPageBlob({ backup, source }: CopySetup): CopyBlob {
  const sides = { backup: backup.name, source: source.name };
  return async (request, budget) => {
    const { key, from = key } = request;
    const { size, etag } = request.source;
    const blob = blobClient(backup, key).getPageBlobClient();
    const original = blobClient(source, from).getPageBlobClient();
    const buffer = Buffer.allocUnsafeSlow(Math.min(LARGEST_WRITE, size));

    async function* pieces(start: number): AsyncGenerator<Piece | 'source-precondition-failed'> {
      // An empty blob has no ranges whose request would check the version.
      if (size === 0 && !(await readPinned(source, request, 0, buffer))) yield 'source-precondition-failed';
      if (start >= size) return;
      const pinned = { conditions: { ifMatch: etagHeader(etag) } };
      try {
        for await (const { start: first, end, isClear } of original.listPageRanges(
          start,
          size - start,
          pinned,
        )) {
          if (isClear) continue;
          for (let offset = Math.max(first, start); offset <= end; offset += LARGEST_WRITE)
            yield { offset, count: Math.min(LARGEST_WRITE, end + 1 - offset) };
        }
      } catch (error) {
        const meaning = toMeanings(error)?.read;
        if (meaning !== 'absent' && meaning !== 'race-lost') throw toStorageError(error, 'read', source.name);
        yield 'source-precondition-failed';
      }
    }

    const inPlace = {
      blob,
      isResumable: false,
      create: async () => await blob.create(size, toCreateOptions(request)),
      pieces,
      write: async ({ offset, count }: Piece, ifMatch: string) => {
        const bytes = buffer.subarray(0, count);
        if (!(await readPinned(source, request, offset, bytes))) return undefined;
        return await blob.uploadPages(bytes, offset, count, {
          conditions: { ifMatch },
          transactionalContentMD5: md5Of(bytes),
        });
      },
    };
    return await streamInPlace(inPlace, sides, request, budget);
  };
}
