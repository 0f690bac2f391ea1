import type { DeadLetter, LetterChoice } from '../model/dead-letter.ts';

/** Whether a letter is one of those that are meant. */
export function matches(choice: LetterChoice): (letter: DeadLetter) => boolean {
  const { code, container } = choice;
  const ids = choice.ids && new Set(choice.ids);
  return (letter) =>
    (ids === undefined || ids.has(letter.id)) &&
    (code === undefined || letter.code === code) &&
    (container === undefined || letter.container === container);
}
