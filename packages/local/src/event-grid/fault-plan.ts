import type { EventGridClock } from './clock.ts';

/**
 * Faults to inject on the way to a subscriber, for tests. The same seed and the same events in the same order
 * give the same faults. Each subscription has its own.
 */
export interface FaultPlan {
  readonly seed: number;
  /** Share of events that are lost: 0 to 1. */
  readonly dropShare?: number;
  /** Share of events that are delivered twice: 0 to 1. */
  readonly duplicateShare?: number;
  /**
   * Whether a second copy has the MessageId of the first. Duplicate detection drops such a copy, so the
   * default is `fresh`, with which the worker gets both.
   */
  readonly duplicateMessageId?: 'fresh' | 'same';
  /** Each copy is delayed by a random time up to `max` milliseconds. */
  readonly delayMs?: { readonly max: number };
  /** Copies are held until there are this many, or for 200 ms, and leave in a shuffled order. */
  readonly reorderWindow?: number;
}

/** The fault of one copy of an event. */
export interface CopyFaults {
  readonly delayMs: number;
  readonly freshMessageId: boolean;
}

export interface Faults {
  /** The copies of the next event to deliver: none, one or two. */
  next(): readonly CopyFaults[];
  shuffle: SeededRandom['shuffle'];
}

export function createFaults(plan: FaultPlan, subscription: number): Faults {
  const fates = createSeededRandom(plan.seed + 2 * subscription);
  // A separate generator: time may close a window, which must not change the faults of later events.
  const orders = createSeededRandom(plan.seed + 2 * subscription + 1);
  return {
    next() {
      // Always draws the same number, so that changing one share does not change the other faults.
      const drop = fates.share() < (plan.dropShare ?? 0);
      const duplicate = fates.share() < (plan.duplicateShare ?? 0);
      const [first, second] = [fates.share(), fates.share()].map((share) =>
        Math.round(share * (plan.delayMs?.max ?? 0)),
      );
      if (drop) return [];
      const one = { delayMs: first ?? 0, freshMessageId: false };
      const two = { delayMs: second ?? 0, freshMessageId: plan.duplicateMessageId !== 'same' };
      return duplicate ? [one, two] : [one];
    },
    shuffle: (items) => orders.shuffle(items),
  };
}

const LONGEST_HOLD_MS = 200;

/** Holds items until the window is full, or for 200 ms, and releases them shuffled. */
export class ReorderWindow<Item> {
  readonly #size: number;
  readonly #clock: EventGridClock;
  readonly #shuffle: (items: readonly Item[]) => Item[];
  readonly #release: (item: Item) => void;
  #held: Item[] = [];
  #cancel: (() => void) | undefined;

  constructor(
    size: number,
    clock: EventGridClock,
    shuffle: (items: readonly Item[]) => Item[],
    release: (item: Item) => void,
  ) {
    this.#size = size;
    this.#clock = clock;
    this.#shuffle = shuffle;
    this.#release = release;
  }

  get held(): number {
    return this.#held.length;
  }

  put(item: Item): void {
    this.#held.push(item);
    if (this.#held.length >= this.#size) this.#flush();
    else this.#cancel ??= this.#clock.after(LONGEST_HOLD_MS, () => this.#flush());
  }

  clear(): void {
    this.#held = [];
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #flush(): void {
    const items = this.#shuffle(this.#held);
    this.clear();
    for (const item of items) this.#release(item);
  }
}

/** Pseudo-random numbers from a seed. Not for secrets. */
interface SeededRandom {
  /** From 0, below 1. */
  share(): number;
  /** The items, shuffled. */
  shuffle<Item>(items: readonly Item[]): Item[];
}

/** The splitmix generator: a counter that advances by the golden ratio, then mixed. */
function createSeededRandom(seed: number): SeededRandom {
  let counter = seed | 0;
  const share = () => {
    counter = (counter + 0x9e37_79b9) | 0;
    let bits = counter ^ (counter >>> 16);
    bits = Math.imul(bits, 0x21f0_aaad);
    bits ^= bits >>> 15;
    bits = Math.imul(bits, 0x735a_2d97);
    bits ^= bits >>> 15;
    return (bits >>> 0) / 2 ** 32;
  };
  return {
    share,
    shuffle: (items) =>
      items
        .map((item) => ({ item, rank: share() }))
        .toSorted((one, other) => one.rank - other.rank)
        .map(({ item }) => item),
  };
}
