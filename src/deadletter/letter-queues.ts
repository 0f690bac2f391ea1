import type { LetterQueue } from '../model/dead-letter.js';
import type { DeadLetterQueue } from '../ports/dead-letter-queue.js';

/** Where letters are. */
export type LetterQueues = Readonly<Record<LetterQueue, DeadLetterQueue>>;
