/** The MessageIds of the last `windowMs`, for dropping a message that was sent twice. */
export class DuplicateHistory {
  readonly #windowMs: number;
  /** In the order of sending, so that the oldest is found first. */
  readonly #sentAt = new Map<string, number>();

  /** A window of 0 remembers nothing. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  has(messageId: string, now: number): boolean {
    const sentAt = this.#sentAt.get(messageId);
    return sentAt !== undefined && now - sentAt < this.#windowMs;
  }

  remember(messageId: string, at: number, now: number): void {
    this.#forget(now);
    if (now - at >= this.#windowMs || (this.#sentAt.get(messageId) ?? -Infinity) >= at) return;
    this.#sentAt.delete(messageId);
    this.#sentAt.set(messageId, at);
  }

  *entries(now: number): Generator<{ messageId: string; at: number }> {
    this.#forget(now);
    for (const [messageId, at] of this.#sentAt) yield { messageId, at };
  }

  #forget(now: number): void {
    for (const [messageId, at] of this.#sentAt) {
      if (now - at < this.#windowMs) return;
      this.#sentAt.delete(messageId);
    }
  }
}
