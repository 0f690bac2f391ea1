import { createSeededRandom } from '../support/seeded-random.ts';

/**
 * Everything that is left to chance in a history, as a row of small numbers: how many workers, what the user does,
 * who goes next, what fails. The same row makes the same history, and 0 always stands for the simplest choice, so a
 * history is made simpler by leaving numbers out and by making them smaller.
 */
export interface Choices {
  /** From 0, below `bound`. */
  draw(bound: number): number;
  /** What was drawn so far. */
  readonly made: readonly number[];
}

export function createSeededChoices(seed: number): Choices {
  const random = createSeededRandom(seed);
  return record((bound) => Math.floor(random.share() * bound));
}

/** The row that is given, and the simplest choice when it has come to its end. */
export function replayChoices(row: readonly number[]): Choices {
  let next = 0;
  return record((bound) => Math.min(row[next++] ?? 0, bound - 1));
}

function record(draw: (bound: number) => number): Choices {
  const made: number[] = [];
  return {
    made,
    draw: (bound) => {
      const choice = draw(bound);
      made.push(choice);
      return choice;
    },
  };
}

/** One of several, as often as its weight says. The first is the simplest. */
export function pick<Item extends { readonly weight: number }>(
  choices: Choices,
  items: readonly Item[],
): Item {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  let left = choices.draw(total);
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  throw new Error('there is nothing to pick from');
}

export function pickOne<Item>(choices: Choices, items: readonly Item[]): Item {
  const item = items[items.length === 1 ? 0 : choices.draw(items.length)];
  if (item === undefined) throw new Error('there is nothing to pick from');
  return item;
}
