import type { QueueRecord } from '../queue/queue-state.ts';

/**
 * The journal could not be written. The message says where and why. Writes succeed again once there is room.
 */
export class JournalError extends Error {}

/** Stores a queue's changes. */
export interface Journal {
  append(record: QueueRecord): void;
  /**
   * Resolves when every record appended so far is as safe as this journal makes it; rejects with a
   * JournalError when one is not. A refused record is kept and written later.
   */
  flushed(): Promise<void>;
  /** Why nothing can be appended at present, for callers that can delay a change; undefined when it can. */
  writeError(): JournalError | undefined;
  close(): Promise<void>;
}

/** The journal of a queue that lives in memory only. */
export const noJournal: Journal = {
  append: () => undefined,
  flushed: () => Promise.resolve(),
  writeError: () => undefined,
  close: () => Promise.resolve(),
};
