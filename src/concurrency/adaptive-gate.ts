import { TIME_BUDGETS } from './time-budget.ts';
import { BlobmirrorError, type ErrorCode, isOutage } from '../model/errors.ts';
import { type SteadyClock, systemSteadyClock } from '../clock/service-clock.ts';

export interface GateOptions {
  /** The storage account that the requests go to. */
  readonly account: string;
  /** The most requests that may be in flight. */
  readonly limit?: number;
  readonly clock?: SteadyClock;
}

/** Twice the `maxConcurrentCalls` of host.json: high enough not to matter while the account is healthy. */
const MAX_REQUESTS = 64;

/**
 * How long a request waits at the gate, in milliseconds. A message makes a handful of requests, one after the
 * other, so it stays within the five minutes that every plan gives a function. Waiting keeps an outage cheap:
 * a worker whose messages all wait receives no more from the queue.
 */
const LONGEST_WAIT_MS = TIME_BUDGETS.gate;

/**
 * A closed gate tries a request from time to time. This is the longest interval, and so the longest delay in
 * noticing that the account is back.
 */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * A refused request says nothing about load, and may concern one container of many. This many refusals over
 * this many milliseconds, with no other answer in between, also close the gate.
 */
const MAX_REFUSALS = 32;
const REFUSED_FOR_MS = 10_000;

/**
 * Requests in flight at the same time learn nothing new from each other: only the first failure of a round
 * counts.
 */
interface Pass {
  readonly round: number;
}

/**
 * Limits the requests of this process to what one account can take. The limit is found as TCP finds its
 * window: one more after a round without failure, half as many after one with. If requests still fail at one,
 * the gate closes and lets a single request through from time to time (a circuit breaker); then the limit
 * grows again. A Retry-After closes the gate for all requests.
 */
export class AdaptiveGate {
  readonly account: string;
  readonly #most: number;
  readonly #clock: SteadyClock;
  readonly #waiting = new Set<() => void>();
  #limit: number;
  #underWay = 0;
  #round = 0;
  #successes = 0;
  #refusals = 0;
  #refusedSince = 0;
  #pauseMs = 0;
  #closedUntil = 0;
  #reason: ErrorCode = 'storage-throttled';
  #cancelOpening: () => void = () => {};

  constructor({ account, limit = MAX_REQUESTS, clock = systemSteadyClock }: GateOptions) {
    this.account = account;
    this.#most = limit;
    this.#limit = limit;
    this.#clock = clock;
  }

  /** The current limit of requests in flight. */
  get limit(): number {
    return this.#limit;
  }

  /**
   * @throws BlobmirrorError what `request` throws, or the account's last error when there was no room in time
   */
  async run<Result>(request: () => Promise<Result>): Promise<Result> {
    const pass = await this.#enter();
    try {
      const result = await request();
      this.#succeeded(pass);
      return result;
    } catch (error) {
      this.#failed(pass, error);
      throw error;
    } finally {
      this.#underWay--;
      this.#admit();
    }
  }

  async #enter(): Promise<Pass> {
    if (!this.#hasRoom()) await this.#wait();
    else this.#underWay++;
    return { round: this.#round };
  }

  #hasRoom(): boolean {
    return this.#underWay < this.#limit && this.#clock.now() >= this.#closedUntil;
  }

  /** First come, first served. An admitted request has already been counted. */
  async #wait(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const cancel = this.#clock.after(LONGEST_WAIT_MS, () => {
        this.#waiting.delete(enter);
        reject(this.#tooLate());
      });
      const enter = (): void => {
        cancel();
        this.#waiting.delete(enter);
        this.#underWay++;
        resolve();
      };
      this.#waiting.add(enter);
    });
  }

  #admit(): void {
    for (const enter of this.#waiting) {
      if (!this.#hasRoom()) return;
      enter();
    }
  }

  #succeeded({ round }: Pass): void {
    this.#refusals = 0;
    if (round !== this.#round) return;
    this.#pauseMs = 0;
    // A limit that is not reached is not tested, so it does not grow.
    if (2 * this.#underWay < this.#limit || ++this.#successes < this.#limit) return;
    this.#successes = 0;
    this.#limit = Math.min(this.#limit + 1, this.#most);
  }

  #failed(pass: Pass, error: unknown): void {
    if (!(error instanceof BlobmirrorError)) return;
    const { code, context, retryAfterMs } = error;
    if (context['account'] !== this.account) return;
    if (retryAfterMs !== undefined) this.#close(retryAfterMs);
    if (isOutage(code)) this.#slowDown(pass, code);
    else if (code !== 'storage-forbidden') this.#succeeded(pass);
    else if (this.#refusesAll()) this.#slowDown(pass, code);
  }

  #refusesAll(): boolean {
    if (++this.#refusals === 1) this.#refusedSince = this.#clock.now();
    const forMs = this.#clock.now() - this.#refusedSince;
    return this.#refusals >= MAX_REFUSALS && forMs >= REFUSED_FOR_MS;
  }

  #slowDown({ round }: Pass, code: ErrorCode): void {
    if (round !== this.#round) return;
    this.#round++;
    this.#successes = 0;
    // A write that only waited was not sent, so its outcome is not unknown.
    this.#reason = code === 'write-outcome-unknown' ? 'storage-unavailable' : code;
    if (this.#limit === 1) {
      this.#pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, 2 * this.#pauseMs), LONGEST_PAUSE_MS);
      this.#close(this.#pauseMs);
    }
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
  }

  #close(ms: number): void {
    const until = this.#clock.now() + ms;
    if (until <= this.#closedUntil) return;
    this.#closedUntil = until;
    this.#cancelOpening();
    this.#cancelOpening = this.#clock.after(ms, () => {
      // A timer of Node's may fire a fraction of a millisecond early, and nothing else would open the gate.
      this.#closedUntil = 0;
      this.#admit();
    });
  }

  #tooLate(): BlobmirrorError {
    const closedMs = this.#closedUntil - this.#clock.now();
    return new BlobmirrorError(
      this.#reason,
      `no room for a request to ${this.account} within ${LONGEST_WAIT_MS / 1000} s`,
      { ...(closedMs > 0 && { retryAfterMs: closedMs }), context: { account: this.account } },
    );
  }
}
