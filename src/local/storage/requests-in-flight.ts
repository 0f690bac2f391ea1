/**
 * Counts requests so that an extent is freed only when no request that might still read it is left: whoever looked a
 * blob up before its extent lost its last reference started before, too.
 */
export class RequestsInFlight {
  #started = 0;
  readonly #running = new Set<number>();
  readonly #listeners: (() => void)[] = [];

  /** Call what it returns when the request is over; further calls do nothing. */
  start(): () => void {
    const number = ++this.#started;
    this.#running.add(number);
    return () => {
      if (this.#running.delete(number)) for (const listener of this.#listeners) listener();
    };
  }

  /** The number of the newest request so far. */
  get newest(): number {
    return this.#started;
  }

  /** True when every request up to that number is over. */
  areOver(upTo: number): boolean {
    // A Set keeps the order of insertion, so its first member is the oldest.
    const [oldest] = this.#running;
    return oldest === undefined || oldest > upTo;
  }

  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
