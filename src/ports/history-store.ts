import type { Etag } from '../model/etag.ts';
import type { EndReason, KeyHistory } from '../model/history.ts';
import type { ContainerName, Key } from '../model/key.ts';

/**
 * What the backup keeps of versions that have ended. Containers have the names that they have on the backup. Every method
 * rejects with a `BlobmirrorError` and nothing else.
 */
export interface HistoryStore {
  /**
   * Records that a version is about to be deleted, so that its end is known. Resolves when the record is durable; until
   * then the version must not be deleted.
   *
   * @throws BlobmirrorError `history-not-kept` if the account shows that it would not keep the version
   */
  recordEnd(key: Key, end: { readonly etag: Etag; readonly why: EndReason }): Promise<void>;

  /**
   * What is kept of the keys of a container, current versions included, a page at a time, in the service's order of names.
   * A name's versions and records are never on two pages.
   *
   * @param range only keys whose path begins with this
   */
  listHistory(
    container: ContainerName,
    range?: { readonly prefix?: string },
  ): AsyncIterable<readonly KeyHistory[]>;
}
