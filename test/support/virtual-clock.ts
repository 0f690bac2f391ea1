import type { SteadyClock } from '../../src/clock/service-clock.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Time that passes only when the test lets it, and then at once. */
export class VirtualClock implements SteadyClock {
  #now = 0;
  /** By due time, so that timers of one moment share an entry. */
  readonly #timers = new Map<number, Set<Timer>>();
  readonly #due: number[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, Math.ceil(delayMs)), run };
    const others = this.#timers.get(timer.at);
    if (others === undefined) {
      this.#timers.set(timer.at, new Set([timer]));
      this.#push(timer.at);
    } else others.add(timer);
    return () => this.#timers.get(timer.at)?.delete(timer);
  }

  async sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => this.after(ms, resolve));
  }

  /**
   * Lets time pass, moment by moment, until `done` returns true; all effects of a moment happen before the
   * next.
   */
  async runUntil(done: () => boolean, onMoment: (now: number) => void = () => {}): Promise<void> {
    await turn();
    while (!done()) {
      const at = this.#pop();
      if (at === undefined) throw new Error('nothing is left to wait for');
      this.#now = at;
      onMoment(at);
      const timers = this.#timers.get(at) ?? new Set();
      while (timers.size > 0) {
        for (const timer of timers) {
          timers.delete(timer);
          timer.run();
        }
        await turn();
      }
      this.#timers.delete(at);
    }
  }

  /** A binary heap of moments. */
  #push(at: number): void {
    const heap = this.#due;
    let i = heap.push(at) - 1;
    for (let up = (i - 1) >> 1; i > 0 && (heap[up] ?? 0) > at; up = (i - 1) >> 1) {
      heap[i] = heap[up] ?? 0;
      i = up;
    }
    heap[i] = at;
  }

  #pop(): number | undefined {
    const heap = this.#due;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let down = 2 * i + 1;
      if ((heap[down + 1] ?? Infinity) < (heap[down] ?? Infinity)) down++;
      const least = heap[down];
      if (least === undefined || least >= last) break;
      heap[i] = least;
      i = down;
    }
    heap[i] = last;
    return top;
  }
}

/** Runs everything that needs no time. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
