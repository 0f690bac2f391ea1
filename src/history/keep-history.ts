import type { BackupStore } from '../ports/backup-store.ts';
import type { HistoryStore } from '../ports/history-store.ts';

/**
 * A backup on which nothing that ends is lost (H1): each call that would destroy a version first has it kept (H2). What
 * cannot be kept is not destroyed: the call fails, and its message is tried again.
 *
 * On a flat account that keeps versions an overwrite keeps the old version by itself. A deletion does too, but leaves no
 * trace of when it was: that is recorded first (H5), at the cost of one write.
 */
export function keepHistory(
  backup: BackupStore,
  { recordEnd }: Pick<HistoryStore, 'recordEnd'>,
): BackupStore {
  return {
    ...backup,
    delete: async (key, etag, why) => {
      await recordEnd(key, { etag, why });
      return await backup.delete(key, etag, why);
    },
  };
}
