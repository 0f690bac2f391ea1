import type { BlobKind } from '../../model/reading.js';
import type { CopyBlob, CopyEngine, CopySetup } from './copy-engine.js';
import { createStreamAppendBlob } from './stream-append-blob.js';
import { createStreamBlockBlob } from './stream-block-blob.js';
import { createStreamPageBlob } from './stream-page-blob.js';

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
