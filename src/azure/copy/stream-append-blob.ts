import { markUnfinished } from '../../model/unfinished-copy.ts';
import { blobClient } from '../blob-client.ts';
import { toBlobHeaders } from '../to-blob-headers.ts';
import { toBlockSize } from './block-plan.ts';
import { md5Of } from './content-md5.ts';
import type { CopyBlob, CopySetup } from './copy-engine.ts';
import { readPinned } from './read-pinned.ts';
import { type Piece, streamInPlace } from './stream-in-place.ts';
import { tagOptions } from './tag-options.ts';
import { toConditions } from './to-conditions.ts';

/** An append blob through the process, one block after the other: the service takes them in no other way. */
export function createStreamAppendBlob({ backup, source, options }: CopySetup): CopyBlob {
  const sides = { backup: backup.name, source: source.name };
  return async (request, budget) => {
    const { key, metadata, tags, condition } = request;
    const { size, headers } = request.source;
    const blob = blobClient(backup, key).getAppendBlobClient();
    const pieceSize = toBlockSize(size, options.streamedBlock.size);
    const buffer = Buffer.allocUnsafeSlow(Math.min(pieceSize, size));

    async function* pieces(start: number): AsyncGenerator<Piece | 'source-moved'> {
      // A blob that is empty has no piece that would ask for the version.
      if (size === 0 && !(await readPinned(source, request, 0, buffer))) yield 'source-moved';
      for (let offset = start; offset < size; offset += pieceSize)
        yield { offset, count: Math.min(pieceSize, size - offset) };
    }

    const inPlace = {
      blob,
      isResumable: true,
      create: async () =>
        await blob.create({
          metadata: { ...markUnfinished(metadata, 'partial', 0) },
          ...tagOptions(tags),
          blobHTTPHeaders: toBlobHeaders(headers, undefined),
          conditions: toConditions(condition),
        }),
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
