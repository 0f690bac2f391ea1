import type { DeadLetter } from '../model/dead-letter.ts';

/**
 * Up to which letter somebody has come. A letter bears the time at which it joined its queue, and most joined it to
 * become letters at once; those that others gave up on were messages for a while before. These are told one by one.
 */
export interface LetterMark {
  /** ISO 8601, by the clock of Service Bus. */
  readonly until: string;
  readonly ids: readonly string[];
}

/** Beyond so many the time alone decides. */
const MOST_IDS = 1000;

const GIVEN_UP: ReadonlySet<string> = new Set(['deliveries-exhausted', 'message-expired']);

export function isBefore({ until, ids }: LetterMark): (letter: DeadLetter) => boolean {
  const told = new Set(ids);
  return (letter) =>
    letter.deadLetteredAt <= until &&
    (!GIVEN_UP.has(letter.code) || told.size >= MOST_IDS || told.has(letter.id));
}

/** Gathers a mark from all letters that there are. */
export class MarkMaker {
  #until = '';
  readonly #ids: string[] = [];

  add({ id, code, deadLetteredAt }: DeadLetter): void {
    if (deadLetteredAt > this.#until) this.#until = deadLetteredAt;
    if (GIVEN_UP.has(code) && this.#ids.length < MOST_IDS) this.#ids.push(id);
  }

  mark(otherwise: Date): LetterMark {
    return { until: this.#until || otherwise.toISOString(), ids: this.#ids };
  }
}
