/**
 * How long each unit of work may take, in milliseconds. One table, since the budgets must fit each other, the
 * shortest function time-out of any plan of Azure Functions (invariant 13), host.json and the locks of the
 * queues: test/concurrency/time-budget.test.ts checks that.
 */
export const TIME_BUDGETS = {
  /** The least `functionTimeout` of any plan: Consumption, by default. */
  shortestFunction: 300_000,
  /** Azure's load balancer ends an HTTP request after this long without a byte. */
  httpRequest: 230_000,

  /**
   * How long a message waits for another check of its key, or for a check that meets races. After that it is
   * requeued.
   */
  prelude: 30_000,
  /** A copy begins nothing new after this (BLOBMIRROR_COPY_BUDGET); a later message continues a large one. */
  copy: 240_000,
  /** After this, the requests of a copy are cut off. */
  copyGrace: 30_000,
  /** Comparing one slice of a full sync begins nothing new after this (BLOBMIRROR_RECONCILE_BUDGET). */
  slice: 210_000,
  /** Searching for the source of a renamed directory. */
  directorySearch: 90_000,
  /** Deleting what is in the trash of a hierarchical container, and emptying its staging directory. */
  trash: 60_000,
  staging: 60_000,

  /** One read of an account, until its answer begins. */
  answer: 60_000,
  /**
   * Recording which keys a message leaves out of the backup, before it is settled: once a message. It waits for the
   * requests, and for other workers that record at once. The time over, the message is tried again.
   */
  record: 60_000,
  /** Waiting for room at the gate of an account. A message makes a handful of requests, and waits once. */
  gate: 45_000,
  /** Sending a message again that a queue does not take. */
  sendRetry: 120_000,

  /** How long a message is held while mirroring is paused, before it is requeued. */
  pauseHold: 210_000,

  /** The dead-letter timer: counting dead letters, then replaying those that are due. */
  browse: 60_000,
  replay: 90_000,
  /** Redelivering the events that Event Grid could not deliver. */
  redeliver: 120_000,
  /** A replay or purge over HTTP. */
  deadLetterRequest: 180_000,
} as const;
