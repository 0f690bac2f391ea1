import type { QueueRecord } from '../queue/queue-state.ts';

/** The journal could not be written. The message says where and why; it passes when there is room again. */
export class JournalError extends Error {}

/** Where a queue's changes go. */
export interface Journal {
  append(record: QueueRecord): void;
  /**
   * Resolves when every record appended so far is as safe as this journal makes it; rejects with a JournalError when
   * one is not. A record that was refused is still kept for when the journal can be written again.
   */
  flushed(): Promise<void>;
  /** Why nothing can be appended at present, for those who can wait with a change; undefined when it can. */
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
