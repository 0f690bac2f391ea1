import type { LetterQueue } from '../model/dead-letter.ts';
import type { DeadLetterQueue } from '../ports/dead-letter-queue.ts';

/** Where letters are. */
export type LetterQueues = Readonly<Record<LetterQueue, DeadLetterQueue>>;
