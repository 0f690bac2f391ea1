/**
 * What a queue message becomes: keys that are converged, and events that are settled one by one. It never throws away
 * an event without a log line and lets no bad event harm its neighbours in the same message. How a key is brought in
 * step is the heart's business.
 */
import { parseMessage } from '../events/parse-message.js';
import { BlobmirrorError, toBlobmirrorError } from '../model/errors.js';
import type { Hint } from '../model/hint.js';
import { parseHistory } from '../model/hint-message.js';
import { type Key, keyText } from '../model/key.js';
import type { Scope } from '../model/scope.js';
import type { Verdict } from '../model/verdict.js';
import type { HintQueue } from '../ports/hint-queue.js';
import type { Logger } from '../telemetry/logger.js';
import { LONGEST_REQUEST_MS } from './backoff.js';
import { lookAgain, lookAgainAfter } from './look-again.js';
import { type Failure, settleFailure } from './settle-failure.js';

/** A message as a Service Bus trigger hands it over. */
export interface IncomingMessage {
  readonly body: unknown;
  readonly messageId: string;
  readonly enqueuedTime: Date;
  /** How often it was received, this time included. */
  readonly deliveryCount: number;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
}

export interface Intake {
  readonly scope: Scope;
  readonly converge: (key: Key) => Promise<Verdict>;
  readonly queue: HintQueue;
}

/**
 * Resolves when every event of the message is mirrored, ignored with a reason, back in the queue or on its way to the
 * dead-letter queue: the message may be completed (invariant 9). Rejects when the message must be delivered again.
 */
export async function handleMessage(intake: Intake, log: Logger, message: IncomingMessage): Promise<void> {
  const { deliveryCount } = message;
  const known = parseHistory(message.applicationProperties, message.messageId, message.enqueuedTime);
  // Invariant 5: a message that comes again was with a worker that may have died in the middle of a write. Nobody
  // knows the outcome of that one either, and the service may carry it out after this look.
  const history = { ...known, unsettled: known.unsettled || deliveryCount > 1, deliveryCount };
  if (history.parked)
    throw new Error('a parked message came by before it expired; it goes back until it does');

  const { hints, rejected } = await parseMessage(message.body, message.enqueuedTime);
  const only = hints.length + rejected.length === 1;
  const failures: Failure[] = rejected.map(({ error, event }, i) => ({
    error,
    event,
    part: only ? '' : `/rejected-${i}`,
  }));
  for (const [i, hint] of hints.entries()) {
    const part = only ? '' : `/${i}`;
    let again: number | undefined;
    try {
      again = await mirrorHint(intake, log, hint);
    } catch (error) {
      failures.push({ error: toBlobmirrorError(error), event: hint.event, part });
      continue;
    }
    if (again !== undefined) await lookAgain(intake.queue, history, hint, part, again);
    else if (history.unsettled)
      await lookAgain(intake.queue, { ...history, unsettled: false }, hint, part, LONGEST_REQUEST_MS);
  }
  for (const failure of failures) await settleFailure(intake.queue, log, history, failure);
}

/** Resolves to the time after which the event deserves another look, in milliseconds, if it does. */
async function mirrorHint({ scope, converge }: Intake, log: Logger, hint: Hint): Promise<number | undefined> {
  if (hint.account !== undefined && hint.account !== scope.account) {
    throw new BlobmirrorError(
      'event-of-other-account',
      `the event is of ${hint.account}, not of ${scope.account}`,
    );
  }
  const keys = hint.keys.filter((key) => scope.includes(key));
  if (keys.length === 0) {
    throw new BlobmirrorError('event-out-of-scope', `${hint.keys.map(keyText).join(', ')} is not mirrored`);
  }
  const again: number[] = [];
  for (const key of keys) {
    const started = performance.now();
    const verdict = await converge(key);
    report(log, hint, key, verdict, performance.now() - started);
    again.push(lookAgainAfter(hint, verdict) ?? Number.POSITIVE_INFINITY);
  }
  const soonest = Math.min(...again);
  return Number.isFinite(soonest) ? soonest : undefined;
}

function report(log: Logger, hint: Hint, key: Key, verdict: Verdict, tookMs: number): void {
  const fields = {
    key: keyText(key),
    ...verdict,
    event: hint.eventType,
    eventId: hint.eventId,
    tookMs: Math.round(tookMs),
    lagMs: Date.now() - hint.eventTime.getTime(),
  };
  if (verdict.verdict === 'in-sync') log.debug('already in sync', fields);
  else if (verdict.verdict === 'skipped') log.warn('not mirrored', fields);
  else if (verdict.verdict === 'unfinished') log.info('copy goes on in another message', fields);
  else log.info('mirrored', fields);
}
