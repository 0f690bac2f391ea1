import type { ClockAssessment, ClockReading, ServiceClock } from './service-clock.ts';

/** More than this between our clock and a service's is told, and claims nothing. */
export const MOST_OFF_MS = 60_000;
/** Of each account, the last answers. Of five, two may be wrong. */
const KEPT = 5;
/** So many that most of them are right where one is not. */
const LEAST_TO_DOUBT = 3;
/** For so long they speak against another one: both our clocks may have run ahead together, as those of a frozen machine do. */
const SPEAKS_FOR_MS = 600_000;
/** Answers nearer to each other say nothing new. The first two count at once, so that a command knows. */
const LEAST_MS = 1000;
/** The Date header has whole seconds, cut off: RFC 9110, 5.6.7. */
const SECOND_MS = 1000;
/** Our clock and the steady one are slewed together: more than this between them is a step, or a suspend. */
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
  /** The service's time less the steady clock: no less than, and no more than. */
  readonly low: number;
  readonly high: number;
  /** Our clock less the steady one, when it was heard: another one later is a jump. */
  readonly step: number;
}

/** The part of an answer's headers that tells the time. */
interface AnswerHeaders {
  get(name: string): string | undefined;
}

/**
 * The clocks of the services, as their answers tell them: no request is made for it. An answer with the Date D that was
 * asked for at s and had at a proves that the service's time was D or later at a, and earlier than D + 1 s at s; the
 * first is what claims are bounded by.
 *
 * One wrong answer moves nothing. What a cache has kept says so by its Age header and does not count, nor does what has
 * no request id of the service. Of the last five answers of an account the middle one counts; of two, the wider bounds
 * of both; and a single one that differs makes the clock unknown rather than off. Answers from before a jump of our clock
 * count no more.
 */
export class ObservedClock implements ServiceClock {
  readonly #clocks: OwnClocks;
  readonly #heard = new Map<string, readonly AnswerTime[]>();
  readonly #lastHeard = new Map<string, number>();
  #range: Range | undefined;
  /** Of each account, a Date that is not old for requests until a moment of the steady clock. */
  readonly #notOld = new Map<string, { readonly date: string; readonly until: number }>();
  readonly #listeners = new Set<(judgement: ClockAssessment) => void>();
  /** A clock that is right from the start is nothing to be told. */
  #told: ClockAssessment['state'] = 'right';

  constructor(clocks: OwnClocks) {
    this.#clocks = clocks;
  }

  /**
   * Takes note of an answer. Cheap: most answers are passed over.
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
   * Whether an answer bears a Date from more than a minute before its request was sent, by the clock of that account: it
   * was given to an earlier request. Not known to be is false.
   *
   * @param sentAt by the steady clock
   */
  isOld(account: string, date: string | undefined, sentAt: number): boolean {
    const last = this.#notOld.get(account);
    if (last !== undefined && last.date === date && sentAt < last.until) return false;
    const isOld = this.#isOld(account, date, sentAt);
    // Answers of one second have one Date, and every answer is asked about.
    if (!isOld && date !== undefined) this.#notOld.set(account, { date, until: sentAt + SECOND_MS });
    return isOld;
  }

  #isOld(account: string, date: string | undefined, sentAt: number): boolean {
    const at = Date.parse(date ?? '');
    const heard = this.#of(account, this.#step()).filter((each) => sentAt - each.at < SPEAKS_FOR_MS);
    // Two answers that differ do not tell which of them is the old one.
    if (Number.isNaN(at) || heard.length < LEAST_TO_DOUBT) return false;
    return at + SECOND_MS < toBounds(heard).low + sentAt - MOST_OFF_MS;
  }

  /** Called when the state of our clock has changed. Returns what ends it. */
  listen(listener: (judgement: ClockAssessment) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  now(): Date {
    const { own, steady } = this.begin();
    const step = own - steady;
    // Every event asks, and only an answer or a jump changes what it comes to.
    if (this.#range === undefined || Math.abs(this.#range.step - step) > JUMP_MS)
      this.#range = this.#toRange(step);
    const { low, high } = this.#range;
    return new Date(Math.min(Math.max(own, low + steady), high + steady));
  }

  begin(): ClockReading {
    return { own: this.#clocks.own(), steady: this.#clocks.steady() };
  }

  assess({ own, steady }: ClockReading): ClockAssessment {
    // Nobody knows when in between it jumped, and so when the work began.
    if (Math.abs(own - steady - this.#step()) > JUMP_MS) return { state: 'unknown' };
    let latest = own;
    let isSure = false;
    let isInDoubt = false;
    let worst: { readonly aheadMs: number; readonly of: string } | undefined;
    for (const [of, bounds] of this.#bounds(own - steady)) {
      isSure = true;
      latest = Math.min(latest, bounds.low + steady);
      const aheadMs = aheadOf(bounds, own - steady);
      if (isDoubted(bounds, own - steady)) isInDoubt = true;
      else if (Math.abs(aheadMs) <= MOST_OFF_MS) continue;
      else if (worst === undefined || Math.abs(aheadMs) > Math.abs(worst.aheadMs))
        worst = { aheadMs: Math.round(aheadMs), of };
    }
    if (worst !== undefined) return { state: 'off', ...worst };
    return isSure && !isInDoubt ? { state: 'right', latest: new Date(latest) } : { state: 'unknown' };
  }

  /** Within which the services' time less the steady clock is, as far as any of them has said so. */
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
    // What is not known for a moment is no change.
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
   * What an account said with no jump of our clock between that and the moment with this step, the latest last. What is
   * too little for a jump may be a sleep, in which the steady clock stood still.
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

/** How far our clock is outside of the bounds of a service's; 0 within. @param step our clock less the steady one */
function aheadOf({ low, high }: Bounds, step: number): number {
  return step - Math.min(Math.max(step, low), high);
}

/** A single answer that differs may be wrong. */
function isDoubted(bounds: Bounds, step: number): boolean {
  return bounds.answers === 1 && Math.abs(aheadOf(bounds, step)) > MOST_OFF_MS;
}

interface Range {
  /** Our clock less the steady one, when it was found. */
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
 * Between which the service's time less the steady clock is, as long as fewer than half of the answers are wrong: the
 * answers in the middle, and what others that agree with those to the second make narrower.
 */
function toBounds(heard: readonly AnswerTime[]): Bounds {
  const middle = (heard.length - 1) / 2;
  const lows = heard.map(({ low }) => low).toSorted((a, b) => a - b);
  const highs = heard.map(({ high }) => high).toSorted((a, b) => a - b);
  const low = lows[Math.floor(middle)] ?? Number.NaN;
  const high = highs[Math.ceil(middle)] ?? Number.NaN;
  return {
    low: lows.findLast((each) => each < low + SECOND_MS) ?? low,
    high: highs.find((each) => each > high - SECOND_MS) ?? high,
    answers: heard.length,
  };
}

/** Times of arrival and of ours are cut off and slewed. */
const SLACK_MS = 60_000;

/** Two clocks that may be right. */
interface Clocks {
  /** Of this machine. */
  begin(): ClockReading;
  /** Of the accounts. */
  now(): Date;
}

/**
 * The time by the queue's own clock, which decides when a message comes that is to wait. It is never earlier than that
 * of the newest arrival that was seen, which tells whether our clock or that of the accounts is to be gone by where the
 * two differ: a proxy may write any Date into the answers of both accounts, and then a message would come at once, or
 * hours late.
 */
export class QueueClock {
  readonly #clocks: Clocks;
  /** The queue's time less the steady clock: no less than. */
  #low = -Infinity;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  /** A message was received that came into the queue then, by the queue's own clock. */
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

/** The one of this process: its machine has one clock, and every answer of an account tells of it. */
export const theServiceClock = new ObservedClock({
  own: () => Date.now(),
  steady: () => performance.now(),
});

/** The one of this process: both queues are of one namespace. */
export const theQueueClock = new QueueClock(theServiceClock);
