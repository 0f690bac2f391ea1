import type { CopyOutcome, CopyRequest } from '../../ports/backup-store.js';

/**
 * A way to make the backup's blob from the source's: whole or not at all, under `request.condition` on the backup and
 * under `request.source.etag` on the source, with exactly the metadata, tags and tier of the request.
 */
export type CopyEngine = (request: CopyRequest) => Promise<CopyOutcome>;
