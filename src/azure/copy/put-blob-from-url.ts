import { BlobmirrorError } from '../../model/errors.js';
import { etagHeader } from '../../model/etag.js';
import { keyText } from '../../model/key.js';
import { blobClient } from '../blob-client.js';
import { serviceCode } from '../storage-error.js';
import { toWriteOutcome } from '../write-outcome.js';
import type { CopyEngine, CopySetup } from './copy-engine.js';
import { toConditions } from './to-conditions.js';

/**
 * One request, and the backup account fetches the bytes of a block blob by itself. Content headers follow the source.
 * Where the source has an MD5, the service compares it with the bytes that arrived before it makes the blob; where it
 * has none, the copy gets the one that the service computed.
 */
export function createPutBlobFromUrl({ backup, source, copySources }: CopySetup): CopyEngine {
  const sides = { backup: backup.name, source: source.name };
  return async ({ key, from = key, source: pinned, metadata, condition, tier, tags }, budget) => {
    const { url, ...authorization } = await copySources.grant(from);
    const { contentMd5 } = pinned;
    const blob = blobClient(backup, key).getBlockBlobClient();
    const outcome = await toWriteOutcome(sides, async () => {
      try {
        await blob.syncUploadFromURL(url, {
          ...authorization,
          metadata: { ...metadata },
          tags: { ...tags },
          ...(tier !== undefined && { tier }),
          ...(contentMd5 !== undefined && { sourceContentMD5: Buffer.from(contentMd5, 'base64') }),
          conditions: toConditions(condition),
          sourceConditions: { ifMatch: etagHeader(pinned.etag) },
          abortSignal: budget.signal,
        });
      } catch (error) {
        if (serviceCode(error) !== 'Md5Mismatch') throw error;
        throw new BlobmirrorError(
          'content-mismatch',
          `the bytes of ${keyText(from)} on ${source.name} are not those of its Content-MD5`,
        );
      }
    });
    return { ...outcome, engine: 'put-blob-from-url' };
  };
}
