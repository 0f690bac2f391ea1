import type { BlobKind } from '../../model/reading.ts';
import type { CopyBlob, CopyEngine, CopySetup } from './copy-engine.ts';
import { createStreamAppendBlob } from './stream-append-blob.ts';
import { createStreamBlockBlob } from './stream-block-blob.ts';
import { createStreamPageBlob } from './stream-page-blob.ts';

/** All bytes pass through this process, in bounded memory, each piece with an MD5 that the service checks. */
export function createStreamed(setup: CopySetup): CopyEngine {
  const streams: Readonly<Record<BlobKind, CopyBlob>> = {
    block: createStreamBlockBlob(setup),
    append: createStreamAppendBlob(setup),
    page: createStreamPageBlob(setup),
  };
  return async (request, budget) => ({
    ...(await streams[request.source.kind](request, budget)),
    engine: 'streamed',
  });
}
