import type { Etag } from '../model/etag.ts';
import type { Key } from '../model/key.ts';

/** The only thing that the mirror writes at the source. */
export interface CanarySource {
  /**
   * Writes a small blob over the last one, and makes its container if it is missing. Resolves to the ETag of
   * the blob. Rejects with a `BlobmirrorError` of a storage code.
   */
  write(key: Key, text: string): Promise<Etag>;
}
