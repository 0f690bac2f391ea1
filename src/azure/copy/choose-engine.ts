import { BlobmirrorError } from '../../model/errors.js';
import type { CopyRequest } from '../../ports/backup-store.js';
import { createBlocksFromUrl } from './blocks-from-url.js';
import { createCopyBlob } from './copy-blob.js';
import type { CopyEngine, CopySetup } from './copy-engine.js';
import { createPutBlobFromUrl } from './put-blob-from-url.js';
import { createStreamed } from './streamed.js';
import { verifyCopies } from './verify-copies.js';

/**
 * One engine out of all, chosen blob by blob: by the setting, by the kind and the size, and by what the service has.
 *
 * | blob                          | way, and what comes after it where the service has no such operation |
 * |-------------------------------|----------------------------------------------------------------------|
 * | block, fits one request       | put-blob-from-url, blocks-from-url, copy-blob, streamed              |
 * | block, longer                 | blocks-from-url, copy-blob, streamed                                 |
 * | append, page                  | copy-blob, streamed                                                  |
 *
 * `server` never streams; `copy-blob` and `streamed` are taken for every blob.
 *
 * Any client may give a blob a Content-MD5 that is not of its bytes, and Put Blob From URL then refuses them. Such a blob
 * goes the next way, which takes it as it is: it is the user's data, and the only copy of it.
 */
export function chooseEngine(setup: CopySetup): CopyEngine {
  const { options } = setup;
  const [putBlobFromUrl, blocksFromUrl, copyBlob, streamed] = [
    createPutBlobFromUrl(setup),
    createBlocksFromUrl(setup),
    createCopyBlob(setup),
    createStreamed(setup),
  ];
  const lacking = new Set<CopyEngine>();

  /** The ways that would do, the best one first. An empty blob has no block that would ask for the source's version. */
  function waysFor({ source: { kind, size } }: CopyRequest): readonly CopyEngine[] {
    if (options.engine === 'copy-blob') return [copyBlob];
    if (options.engine === 'streamed') return [streamed];
    const last = options.engine === 'server' ? [copyBlob] : [copyBlob, streamed];
    if (kind !== 'block') return last;
    if (size === 0) return [putBlobFromUrl, ...last];
    return size <= options.largestInOneRequest
      ? [putBlobFromUrl, blocksFromUrl, ...last]
      : [blocksFromUrl, ...last];
  }

  const copy: CopyEngine = async (request, budget) => {
    const ways = waysFor(request).filter((way) => !lacking.has(way));
    let misdeclared: BlobmirrorError | undefined;
    for (const way of ways) {
      try {
        return await way(request, budget);
      } catch (error) {
        if (isMissingOperation(error)) lacking.add(way);
        else if (isMisdeclared(error)) misdeclared = error;
        else throw error;
      }
    }
    if (misdeclared !== undefined) throw misdeclared;
    throw new BlobmirrorError(
      'copy-not-possible',
      `${setup.backup.name} has no operation that copies a blob of this kind`,
    );
  };
  return options.verify === 'full' ? verifyCopies(setup, copy) : copy;
}

/** 501 is the answer of a service that was made before the operation was. */
function isMissingOperation(error: unknown): boolean {
  return error instanceof BlobmirrorError && error.context['status'] === 501;
}

function isMisdeclared(error: unknown): error is BlobmirrorError {
  return error instanceof BlobmirrorError && error.code === 'content-mismatch';
}
