/** The clock of the accounts of a storage: the machine's, which tests can put forward. */
export class StorageClock {
  #ahead = 0;

  /** Milliseconds since 1970. */
  readonly now = (): number => Date.now() + this.#ahead;

  advance(ms: number): void {
    this.#ahead += ms;
  }
}
