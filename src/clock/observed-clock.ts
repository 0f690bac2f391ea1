import type { ClockAssessment, ClockReading, ServiceClock } from './service-clock.ts';

/** A larger difference between our clock and a service's is reported, and nothing may be claimed. */
export const MAX_OFF_MS = 60_000;
/** Number of recent answers that are kept per account. Of five, two may be wrong. */
const KEPT = 5;
/** Answers needed so that a majority is right when one is wrong. */
const LEAST_TO_DOUBT = 3;
/**
 * How long an answer counts against a later one: both our clocks may have run ahead together, as those of a
 * frozen machine do.
 */
const SPEAKS_FOR_MS = 600_000;
/**
 * Answers closer together than this add nothing. The first two count at once, so that a command knows the
 * time soon.
 */
const LEAST_MS = 1000;
/** The Date header has whole seconds, cut off: RFC 9110, 5.6.7. */
const SECOND_MS = 1000;
/**
 * Our clock and the steady one are slewed together: a larger difference between them is a step, or a suspend.
 */
const JUMP_MS = 1000;

/** The clocks of this machine, in milliseconds. */
export interface OwnClocks {
  /** Since 1970. */
  readonly own: () => number;
  /** Since some moment; never goes back. */
  readonly steady: () => number;
}

/** What one answer says. */
interface AnswerTime {
  /** By the steady clock. */
  readonly at: number;
  /** The service's time minus the steady clock: lower and upper bound. */
  readonly low: number;
  readonly high: number;
  /** Our clock minus the steady one when the answer came: another value later means a jump. */
  readonly step: number;
}

/** The answer's headers that carry the time. */
interface AnswerHeaders {
  get(name: string): string | undefined;
}

/**
 * The clocks of the services, as seen in the Date headers of their answers; no extra request is made. An
 * answer with the Date D that was requested at s and arrived at a proves that the service's time was D or
 * later at a, and earlier than D + 1 s at s; the first bounds what may be claimed.
 *
 * Only answers from before the work began prove what time it was then. Later ones may lower that and show a
 * wrong clock, but prove nothing of the beginning: how long ago it was is unknown where the machine slept, or
 * was frozen with both its clocks, in between.
 *
 * One wrong answer changes nothing. An answer from a cache, which has an Age header, does not count, nor does
 * one without a request id of the service. Of the last five answers of an account the middle one counts; of
 * two, the wider bounds of both; and a single one that differs makes the clock unknown rather than off.
 * Answers from before a jump of our clock no longer count.
 */
export class ObservedClock implements ServiceClock {
  readonly #clocks: OwnClocks;
  readonly #heard = new Map<string, readonly AnswerTime[]>();
  readonly #lastHeard = new Map<string, number>();
  #range: Range | undefined;
  /** For each account, a Date that is not too old for requests sent before a moment of the steady clock. */
  readonly #notOld = new Map<string, { readonly date: string; readonly until: number }>();
  readonly #listeners = new Set<(judgement: ClockAssessment) => void>();
  /** A clock that is right from the start is not reported. */
  #told: ClockAssessment['state'] = 'right';

  constructor(clocks: OwnClocks) {
    this.#clocks = clocks;
  }

  /**
   * Records an answer. Cheap: most answers are ignored.
   *
   * @param sentAt by the steady clock, before the request was sent
   */
  observe(account: string, headers: AnswerHeaders, sentAt: number): void {
    const answeredAt = this.#clocks.steady();
    const last = this.#lastHeard.get(account);
    if (last !== undefined && answeredAt - last < LEAST_MS && !this.#hasJumped(account)) return;
    if (headers.get('age') !== undefined || !headers.get('x-ms-request-id')) return;
    const date = Date.parse(headers.get('date') ?? '');
    if (Number.isNaN(date)) return;
    const step = this.#step();
    const before = (this.#heard.get(account) ?? []).filter((each) => Math.abs(each.step - step) <= JUMP_MS);
    const heard: AnswerTime = {
      at: answeredAt,
      low: date - answeredAt,
      high: date + SECOND_MS - sentAt,
      step,
    };
    this.#heard.set(account, [...before, heard].slice(-KEPT));
    if (before.length > 0) this.#lastHeard.set(account, answeredAt);
    else this.#lastHeard.delete(account);
    this.#range = undefined;
    this.#tell();
  }

  /**
   * Whether an answer has a Date from more than a minute before its request was sent, by the clock of that
   * account: then it is the answer to an earlier request. False when unknown.
   *
   * @param sentAt by the steady clock
   */
  isOld(account: string, date: string | undefined, sentAt: number): boolean {
    const last = this.#notOld.get(account);
    if (last !== undefined && last.date === date && sentAt < last.until) return false;
    const isOld = this.#isOld(account, date, sentAt);
    // All answers within one second have the same Date, and this is called for every answer.
    if (!isOld && date !== undefined) this.#notOld.set(account, { date, until: sentAt + SECOND_MS });
    return isOld;
  }

  #isOld(account: string, date: string | undefined, sentAt: number): boolean {
    const at = Date.parse(date ?? '');
    // Only those from before: the machine may have been frozen since, unseen by its clocks.
    const heard = this.#of(account, this.#step()).filter(
      ({ at: heardAt }) => heardAt <= sentAt && sentAt - heardAt < SPEAKS_FOR_MS,
    );
    // Of two answers that differ, it is unknown which one is old.
    if (Number.isNaN(at) || heard.length < LEAST_TO_DOUBT) return false;
    return at + SECOND_MS < toBounds(heard).low + sentAt - MAX_OFF_MS;
  }

  /** Called when the state of our clock has changed. Returns a function that unsubscribes. */
  listen(listener: (judgement: ClockAssessment) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  now(): Date {
    const { own, steady } = this.#read();
    const { low, high } = this.#rangeAt(own - steady);
    return new Date(Math.min(Math.max(own, low + steady), high + steady));
  }

  begin(): ClockReading {
    const { own, steady } = this.#read();
    return { own, steady, proven: this.#rangeAt(own - steady).low + steady };
  }

  assess({ own, steady, proven }: ClockReading): ClockAssessment {
    // The time of the jump is unknown, and so is the time at which the work began.
    if (Math.abs(own - steady - this.#step()) > JUMP_MS) return { state: 'unknown' };
    let latest = Math.min(own, proven);
    let isSure = false;
    let isInDoubt = false;
    let worst: { readonly aheadMs: number; readonly of: string } | undefined;
    for (const [of, bounds] of this.#bounds(own - steady)) {
      isSure = true;
      latest = Math.min(latest, bounds.low + steady);
      const aheadMs = aheadOf(bounds, own - steady);
      if (isDoubted(bounds, own - steady)) isInDoubt = true;
      else if (Math.abs(aheadMs) <= MAX_OFF_MS) continue;
      else if (worst === undefined || Math.abs(aheadMs) > Math.abs(worst.aheadMs))
        worst = { aheadMs: Math.round(aheadMs), of };
    }
    if (worst !== undefined) return { state: 'off', ...worst };
    const isProven = isSure && proven > -Infinity;
    return isProven && !isInDoubt ? { state: 'right', latest: new Date(latest) } : { state: 'unknown' };
  }

  #read(): { readonly own: number; readonly steady: number } {
    return { own: this.#clocks.own(), steady: this.#clocks.steady() };
  }

  /** Called for every event, while only an answer or a jump changes the result. */
  #rangeAt(step: number): Range {
    if (this.#range === undefined || Math.abs(this.#range.step - step) > JUMP_MS)
      this.#range = this.#toRange(step);
    return this.#range;
  }

  /** Bounds of the services' time minus the steady clock, as far as any service has answered. */
  #toRange(step: number): Range {
    const bounds = this.#bounds(step)
      .map(([, each]) => each)
      .filter((each) => !isDoubted(each, step));
    if (bounds.length === 0) return { step, low: -Infinity, high: Infinity };
    return {
      step,
      low: Math.min(...bounds.map(({ low }) => low)),
      high: Math.max(...bounds.map(({ high }) => high)),
    };
  }

  #tell(): void {
    const judgement = this.assess(this.begin());
    // A state that is unknown for a moment is not a change.
    if (judgement.state === 'unknown' || judgement.state === this.#told) return;
    this.#told = judgement.state;
    for (const listener of this.#listeners) listener(judgement);
  }

  #step(): number {
    return this.#clocks.own() - this.#clocks.steady();
  }

  #hasJumped(account: string): boolean {
    const last = this.#heard.get(account)?.at(-1);
    return last !== undefined && Math.abs(last.step - this.#step()) > JUMP_MS;
  }

  /**
   * An account's answers, oldest first, that no jump of our clock separates from the moment with this step. A
   * difference too small for a jump may be a sleep, during which the steady clock stood still.
   */
  #of(account: string, step: number): readonly AnswerTime[] {
    return (this.#heard.get(account) ?? []).flatMap((heard) => {
      const slept = Math.abs(heard.step - step);
      return slept > JUMP_MS ? [] : [{ ...heard, low: heard.low - slept, high: heard.high + slept }];
    });
  }

  #bounds(step: number): readonly (readonly [account: string, bounds: Bounds])[] {
    return [...this.#heard.keys()].flatMap((account) => {
      const heard = this.#of(account, step);
      return heard.length === 0 ? [] : [[account, toBounds(heard)] as const];
    });
  }
}

/**
 * How far our clock is outside the bounds of a service's clock; 0 within.
 *
 * @param step our clock minus the steady one
 */
function aheadOf({ low, high }: Bounds, step: number): number {
  return step - Math.min(Math.max(step, low), high);
}

/** A single answer that differs may be wrong. */
function isDoubted(bounds: Bounds, step: number): boolean {
  return bounds.answers === 1 && Math.abs(aheadOf(bounds, step)) > MAX_OFF_MS;
}

interface Range {
  /** Our clock minus the steady one when the state was determined. */
  readonly step: number;
  readonly low: number;
  readonly high: number;
}

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly answers: number;
}

/**
 * Bounds of the service's time minus the steady clock, correct if fewer than half of the answers are wrong,
 * by however little: the middle answers. The narrowest ones that agree with them could be wrong by less than a
 * second.
 */
function toBounds(heard: readonly AnswerTime[]): Bounds {
  const middle = (heard.length - 1) / 2;
  const lows = heard.map(({ low }) => low).toSorted((a, b) => a - b);
  const highs = heard.map(({ high }) => high).toSorted((a, b) => a - b);
  return {
    low: lows[Math.floor(middle)] ?? Number.NaN,
    high: highs[Math.ceil(middle)] ?? Number.NaN,
    answers: heard.length,
  };
}

/** Tolerance: times of arrival are cut off, and our clock is slewed. */
const SLACK_MS = 60_000;

/** Two candidate clocks. */
interface Clocks {
  /** This machine's. */
  begin(): Pick<ClockReading, 'own' | 'steady'>;
  /** The accounts'. */
  now(): Date;
}

/**
 * The time by the queue's own clock, which decides when a scheduled message comes. It is never earlier than
 * the newest arrival time that was seen. That arrival also decides between our clock and that of the accounts
 * where they differ: a proxy may write any Date into the answers of both accounts, and then a message would
 * come at once, or hours late.
 */
export class QueueClock {
  readonly #clocks: Clocks;
  /** The queue's time minus the steady clock: lower bound. */
  #low = -Infinity;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  /** Records a received message: when it arrived in the queue, by the queue's own clock. */
  observeArrival(enqueued: Date): void {
    const low = enqueued.getTime() - this.#clocks.begin().steady;
    if (low > this.#low) this.#low = low;
  }

  now(): Date {
    const { own, steady } = this.#clocks.begin();
    const earliest = this.#low + steady;
    const accounts = this.#clocks.now().getTime();
    const plausible = [own, accounts].filter((each) => each >= earliest - SLACK_MS);
    if (this.#low === -Infinity) return new Date(accounts);
    return new Date(plausible.length === 0 ? earliest : Math.min(...plausible));
  }
}

/** One for this process: its machine has one clock, and the answers of all accounts are compared with it. */
export const theServiceClock = new ObservedClock({
  own: () => Date.now(),
  steady: () => performance.now(),
});

/** One for this process: both queues are in one namespace. */
export const theQueueClock = new QueueClock(theServiceClock);
