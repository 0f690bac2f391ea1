/**
 * How long each unit of work may take, in milliseconds: one table, since they must fit each other, the shortest time
 * that a plan of Azure Functions gives a function (invariant 13), host.json and the locks of the queues.
 * test/concurrency/time-budget.test.ts holds that.
 */
export const TIME_BUDGETS = {
  /** The least `functionTimeout` of any plan: Consumption, by default. */
  shortestFunction: 300_000,
  /** After this long without a byte the load balancer of Azure ends an HTTP request. */
  httpRequest: 230_000,

  /** The wait of a message at a key: for another check of it, or for checks in vain. What comes too late is requeued. */
  prelude: 30_000,
  /** One copy begins nothing new after this (BLOBMIRROR_COPY_BUDGET); a large one goes on in a later message. */
  copy: 240_000,
  /** After which requests of a copy are cut off. */
  copyGrace: 30_000,
  /** Comparing one slice of a full sync begins nothing new after this (BLOBMIRROR_RECONCILE_BUDGET). */
  slice: 210_000,
  /** Search for the source of a directory that was renamed. */
  directorySearch: 90_000,
  /** Deleting what is in the trash of a hierarchical container, and emptying its staging directory. */
  trash: 60_000,
  staging: 60_000,

  /** One read of an account, until its answer begins. */
  answer: 60_000,
  /** Wait for room at the gate of an account. A message makes a handful of requests, and waits once. */
  gate: 45_000,
  /** Sending a message again that a queue does not take. */
  sendRetry: 120_000,

  /** How long a message is held while mirroring is paused, before it is requeued. */
  pauseHold: 210_000,

  /** The watch over dead letters: counting them, and then replaying those that are due. */
  browse: 60_000,
  replay: 90_000,
  /** Redelivering the events that Event Grid could not deliver. */
  redeliver: 120_000,
  /** A replay or purge over HTTP. */
  deadLetterRequest: 180_000,
} as const;

/** The time of one call. */
export interface TimeBudget {
  /** Whether nothing new should be begun. */
  isSpent(): boolean;
  /** Whether it should stop before its time, where that leaves a checkpoint and costs little. */
  isPaused(): boolean;
  /** Cuts off what still runs at the hard limit. */
  readonly signal: AbortSignal;
}

/** Milliseconds: the budget, and how long after it the hard limit comes. */
export function startTimeBudget(
  { budgetMs, graceMs }: { budgetMs: number; graceMs: number },
  isPaused: () => boolean = () => false,
): TimeBudget {
  const end = performance.now() + budgetMs;
  return {
    isSpent: () => performance.now() >= end,
    isPaused,
    signal: AbortSignal.timeout(budgetMs + graceMs),
  };
}
