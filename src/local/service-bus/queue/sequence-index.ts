/**
 * Sequence numbers in order, for reading on from any of them (peek). Numbers come almost always in rising order,
 * so adding is an append; removing leaves a gap that is closed when gaps are more than half.
 */
export class SequenceIndex {
  #numbers: number[] = [];
  readonly #present: { has(sequenceNumber: number): boolean; readonly size: number };

  /** `present` knows what is really there; the index only adds the order. */
  constructor(present: { has(sequenceNumber: number): boolean; readonly size: number }) {
    this.#present = present;
  }

  add(sequenceNumber: number): void {
    const last = this.#numbers.at(-1);
    if (last === undefined || last < sequenceNumber) {
      this.#numbers.push(sequenceNumber);
      return;
    }
    const position = this.#firstFrom(sequenceNumber);
    if (this.#numbers[position] !== sequenceNumber) this.#numbers.splice(position, 0, sequenceNumber);
  }

  /** To be called after a removal: keeps the gaps from outgrowing the rest. */
  tidy(): void {
    if (this.#numbers.length > 64 && this.#numbers.length > 2 * this.#present.size) {
      this.#numbers = this.#numbers.filter((sequenceNumber) => this.#present.has(sequenceNumber));
    }
  }

  *from(sequenceNumber: number): Generator<number> {
    const numbers = this.#numbers;
    for (let i = this.#firstFrom(sequenceNumber); i < numbers.length; i++) {
      const candidate = numbers[i];
      if (candidate !== undefined && this.#present.has(candidate)) yield candidate;
    }
  }

  #firstFrom(sequenceNumber: number): number {
    let low = 0;
    let high = this.#numbers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#numbers[middle] ?? Infinity) < sequenceNumber) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
