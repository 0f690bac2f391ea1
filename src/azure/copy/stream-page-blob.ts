import { etagHeader } from '../../model/etag.ts';
import { markUnfinished } from '../../model/unfinished-copy.ts';
import { blobClient } from '../blob-client.ts';
import { toMeanings, toStorageError } from '../storage-error.ts';
import { toBlobHeaders } from '../to-blob-headers.ts';
import { md5Of } from './content-md5.ts';
import type { CopyBlob, CopySetup } from './copy-engine.ts';
import { readPinned } from './read-pinned.ts';
import { type Piece, streamInPlace } from './stream-in-place.ts';
import { tagOptions } from './tag-options.ts';
import { toConditions } from './to-conditions.ts';

/** The most that one request writes: learn.microsoft.com/rest/api/storageservices/put-page */
const LARGEST_WRITE = 4 * 1024 * 1024;

/**
 * A page blob through the process: only the ranges that the source has, so that what is sparse stays sparse. Nothing
 * would tell whether somebody else wrote a page between two calls, so it is copied in one call or not at all.
 */
export function createStreamPageBlob({ backup, source }: CopySetup): CopyBlob {
  const sides = { backup: backup.name, source: source.name };
  return async (request, budget) => {
    const { key, from = key, metadata, tags, condition } = request;
    const { size, headers, etag } = request.source;
    const blob = blobClient(backup, key).getPageBlobClient();
    const original = blobClient(source, from).getPageBlobClient();
    const buffer = Buffer.allocUnsafeSlow(Math.min(LARGEST_WRITE, size));

    async function* pieces(start: number): AsyncGenerator<Piece | 'source-moved'> {
      // A blob of no size has no ranges that would ask for the version.
      if (size === 0 && !(await readPinned(source, request, 0, buffer))) yield 'source-moved';
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
        yield 'source-moved';
      }
    }

    const inPlace = {
      blob,
      isResumable: false,
      create: async () =>
        await blob.create(size, {
          metadata: { ...markUnfinished(metadata, 'partial', 0) },
          ...tagOptions(tags),
          blobHTTPHeaders: toBlobHeaders(headers, undefined),
          conditions: toConditions(condition),
        }),
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
