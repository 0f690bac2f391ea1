import type { QueueRecord } from '../queue/queue-record.js';

/** Where a queue's changes go. */
export interface Journal {
  append(record: QueueRecord): void;
  /** Resolves when every record appended so far is as safe as this journal makes it; rejects when one is not. */
  flushed(): Promise<void>;
  close(): Promise<void>;
}

/** The journal of a queue that lives in memory only. */
export const noJournal: Journal = {
  append: () => undefined,
  flushed: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
