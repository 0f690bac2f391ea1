import { createSeededRandom } from '../support/seeded-random.ts';

/**
 * Every random choice of a history, as a list of small numbers: the number of workers, what the user does,
 * who acts next, what fails. The same list makes the same history. 0 always means the simplest choice, so
 * leaving out or lowering numbers makes a history simpler.
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

/** The given list, and the simplest choices after its end. */
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

/** A random one of several, by weight. The first is the simplest. */
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
