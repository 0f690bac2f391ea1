interface Entry<Item> {
  readonly at: number;
  /** Entries of the same moment leave in the order they came. */
  readonly order: number;
  readonly item: Item;
}

/** What is to be done when, the earliest first. A binary heap: a million entries cost no timer of their own. */
export class DueHeap<Item> {
  readonly #entries: Entry<Item>[] = [];
  #count = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** When the earliest entry is due. */
  get earliest(): number | undefined {
    return this.#entries[0]?.at;
  }

  push(at: number, item: Item): void {
    const entry = { at, order: this.#count++, item };
    let hole = this.#entries.length;
    while (hole > 0) {
      const up = (hole - 1) >> 1;
      const above = this.#entries[up];
      if (above === undefined || !isBefore(entry, above)) break;
      this.#entries[hole] = above;
      hole = up;
    }
    this.#entries[hole] = entry;
  }

  /** Takes the earliest item out. */
  pop(): Item | undefined {
    const top = this.#entries[0];
    const last = this.#entries.pop();
    if (top !== undefined && last !== undefined && top !== last) this.#sink(last);
    return top?.item;
  }

  clear(): void {
    this.#entries.length = 0;
  }

  /** Finds the place for an entry, from the top down. */
  #sink(entry: Entry<Item>): void {
    let hole = 0;
    for (;;) {
      const left = this.#entries[2 * hole + 1];
      const right = this.#entries[2 * hole + 2];
      const goRight = left !== undefined && right !== undefined && isBefore(right, left);
      const below = goRight ? right : left;
      if (below === undefined || !isBefore(below, entry)) break;
      this.#entries[hole] = below;
      hole = 2 * hole + (goRight ? 2 : 1);
    }
    this.#entries[hole] = entry;
  }
}

function isBefore(one: Entry<unknown>, other: Entry<unknown>): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
