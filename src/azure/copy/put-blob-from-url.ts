import { etagHeader } from '../../model/etag.js';
import type { Account } from '../connect-account.js';
import type { CreateCopySource } from '../copy-source.js';
import { toWriteOutcome } from '../write-outcome.js';
import type { CopyEngine } from './copy-engine.js';
import { toConditions } from './to-conditions.js';

/** One request, and the backup account fetches the bytes by itself. Content headers follow the source. */
export function createPutBlobFromUrl(
  backup: Account,
  source: Account,
  copySource: CreateCopySource,
): CopyEngine {
  const sides = { backup: backup.name, source: source.name };
  return async ({ key, from = key, source: pinned, metadata, condition, tier, tags }) => {
    const { url, ...authorization } = await copySource(from);
    const blob = backup.client.getContainerClient(key.container).getBlockBlobClient(key.path);
    const outcome = await toWriteOutcome(sides, () =>
      blob.syncUploadFromURL(url, {
        ...authorization,
        metadata: { ...metadata },
        tags: { ...tags },
        ...(tier !== undefined && { tier }),
        conditions: toConditions(condition),
        sourceConditions: { ifMatch: etagHeader(pinned.etag) },
      }),
    );
    return { ...outcome, engine: 'put-blob-from-url' };
  };
}
