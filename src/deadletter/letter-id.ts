import { BlobmirrorError } from '../model/errors.ts';
import { LETTER_QUEUES, type LetterQueue } from '../model/dead-letter.ts';

/** Where a letter is: all that its id says. */
export interface LetterPlace {
  readonly queue: LetterQueue;
  /** Decimal. */
  readonly sequenceNumber: string;
}

const ID = new RegExp(`^(${LETTER_QUEUES.join('|')}):(\\d{1,19})$`);
const LARGEST = 2n ** 63n - 1n;

/** @throws BlobmirrorError `request-invalid` */
export function parseLetterId(text: string): LetterPlace {
  const [, queue, digits = ''] = ID.exec(text) ?? [];
  if (queue !== undefined && BigInt(digits) <= LARGEST)
    return { queue: queue as LetterQueue, sequenceNumber: String(BigInt(digits)) };
  throw new BlobmirrorError(
    'request-invalid',
    `${JSON.stringify(text.slice(0, 80))} is no id of a dead letter; it should be like events:123`,
  );
}

export function letterId({ queue, sequenceNumber }: LetterPlace): string {
  return `${queue}:${sequenceNumber}`;
}
