import type { Etag } from '../model/etag.ts';
import type { Key } from '../model/key.ts';

/** The one thing that the mirror ever writes at the source. */
export interface CanarySource {
  /**
   * Writes a small blob over the last one, and makes its container where there is none. Resolves to the ETag that it
   * has. Rejects with a `BlobmirrorError` of a storage code.
   */
  write(key: Key, text: string): Promise<Etag>;
}
