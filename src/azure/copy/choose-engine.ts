import { createBlocksFromUrl } from './blocks-from-url.js';
import type { CopyEngine, CopySetup } from './copy-engine.js';
import { createPutBlobFromUrl } from './put-blob-from-url.js';

/** One engine out of all, chosen blob by blob. */
export function chooseEngine(setup: CopySetup): CopyEngine {
  const putBlobFromUrl = createPutBlobFromUrl(setup);
  const blocksFromUrl = createBlocksFromUrl(setup);
  return async (request, budget) => {
    const engine = request.source.size <= setup.options.largestInOneRequest ? putBlobFromUrl : blocksFromUrl;
    return await engine(request, budget);
  };
}
