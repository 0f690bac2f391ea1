/** A receiver's side of one link: it asks for messages by giving credit. */
export interface Consumer {
  /** Whether the link may be sent another message now. */
  ready(): boolean;
  /** Sends it the next message in line; false when there is none. */
  deliverNext(): boolean;
}

/** Hands the messages of one subqueue to its consumers in turn, as far as their credit goes. */
export class Dispatcher {
  readonly #consumers: Consumer[] = [];
  #turn = 0;
  #scheduled = false;

  add(consumer: Consumer): void {
    this.#consumers.push(consumer);
  }

  remove(consumer: Consumer): void {
    const position = this.#consumers.indexOf(consumer);
    if (position >= 0) this.#consumers.splice(position, 1);
  }

  /** A message or some credit has come: looks at the end of this tick, so that what comes together goes together. */
  wake(): void {
    if (this.#scheduled || this.#consumers.length === 0) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.dispatch();
    });
  }

  dispatch(): void {
    for (let waiting = 0; waiting < this.#consumers.length;) {
      this.#turn = (this.#turn + 1) % this.#consumers.length;
      const consumer = this.#consumers[this.#turn];
      if (!consumer?.ready()) {
        waiting++;
        continue;
      }
      if (!consumer.deliverNext()) return;
      waiting = 0;
    }
  }
}
