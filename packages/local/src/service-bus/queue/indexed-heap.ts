/**
 * A binary heap of keys by priority, lowest first, in which a key can also be moved or removed: O(log n)
 * each. Used for due times and delivery order, instead of a timer or a sorted list per message.
 */
export class IndexedHeap {
  readonly #keys: number[] = [];
  readonly #priorities: number[] = [];
  readonly #positions = new Map<number, number>();

  get size(): number {
    return this.#keys.length;
  }

  has(key: number): boolean {
    return this.#positions.has(key);
  }

  /** The key with the lowest priority, or undefined when there is none. */
  first(): number | undefined {
    return this.#keys[0];
  }

  firstPriority(): number | undefined {
    return this.#priorities[0];
  }

  set(key: number, priority: number): void {
    const position = this.#positions.get(key) ?? this.#keys.length;
    this.#place(position, key, priority);
    this.#sink(this.#rise(position));
  }

  delete(key: number): void {
    const position = this.#positions.get(key);
    if (position === undefined) return;
    this.#positions.delete(key);
    const lastKey = this.#keys.pop();
    const lastPriority = this.#priorities.pop();
    if (lastKey === undefined || lastPriority === undefined || lastKey === key) return;
    this.#place(position, lastKey, lastPriority);
    this.#sink(this.#rise(position));
  }

  #place(position: number, key: number, priority: number): void {
    this.#keys[position] = key;
    this.#priorities[position] = priority;
    this.#positions.set(key, position);
  }

  #priorityAt(position: number): number {
    return this.#priorities[position] ?? Infinity;
  }

  #rise(start: number): number {
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (this.#priorityAt(parent) <= this.#priorityAt(position)) break;
      this.#swap(parent, position);
      position = parent;
    }
    return position;
  }

  #sink(start: number): void {
    let position = start;
    for (;;) {
      const left = 2 * position + 1;
      const smaller = this.#priorityAt(left + 1) < this.#priorityAt(left) ? left + 1 : left;
      if (smaller >= this.#keys.length || this.#priorityAt(position) <= this.#priorityAt(smaller)) return;
      this.#swap(position, smaller);
      position = smaller;
    }
  }

  #swap(a: number, b: number): void {
    const keyA = this.#keys[a];
    const keyB = this.#keys[b];
    if (keyA === undefined || keyB === undefined) return;
    const priorityA = this.#priorityAt(a);
    this.#place(a, keyB, this.#priorityAt(b));
    this.#place(b, keyA, priorityA);
  }
}
