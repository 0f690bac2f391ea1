import type { Clock } from './clock.ts';

const LONGEST_HOLD_MS = 200;

/** Holds items until there are enough of them, or for 200 ms, and lets them go in an order of its own. */
export class ReorderWindow<Item> {
  readonly #size: number;
  readonly #clock: Clock;
  readonly #shuffle: (items: readonly Item[]) => Item[];
  readonly #release: (item: Item) => void;
  #held: Item[] = [];
  #cancel: (() => void) | undefined;

  constructor(
    size: number,
    clock: Clock,
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
