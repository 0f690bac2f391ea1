import { theServiceClock } from '../clock/observed-clock.ts';
import { createHash } from 'node:crypto';
import { isEvent } from '../events/envelope.ts';
import { checkBounds } from '../events/parse-message.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import { parseHistory } from '../model/hint-message.ts';
import type { UndeliveredEvents, UndeliveredBatch } from '../ports/undelivered-events.ts';
import type { HintQueue } from '../ports/work-queues.ts';
import type { Logger } from '../telemetry/logger.ts';

interface Redelivery {
  readonly undelivered: UndeliveredEvents;
  readonly queue: HintQueue;
  readonly log: Logger;
  /** After it, no further blob is read. */
  readonly signal: AbortSignal;
}

/** An event has at most 1 MB, and Event Grid writes few into a blob. */
const MAX_BLOB_BYTES = 16 * 1024 * 1024;
const CONCURRENCY = 16;
const TOO_LARGE_HINT = 'A full sync mirrors what these events announced. After it, delete the blob.';

/**
 * Redelivers the events that Event Grid could not deliver: sends each to the queue, then removes its blob. After a crash
 * in between, the events are sent again with the same ids: the queue drops them as duplicates, or they cost a check each.
 * What cannot be read or sent stays where it is, and is logged once.
 */
export async function redeliverEvents({ undelivered, queue, log, signal }: Redelivery): Promise<void> {
  let events = 0;
  for await (const page of undelivered.list()) {
    for (const batch of page) {
      if (signal.aborted) return;
      if (batch.isSetAside) continue;
      events += await redeliver(batch);
    }
  }
  if (events > 0) log.info('events that Event Grid could not deliver were redelivered', { events });

  async function redeliver(batch: UndeliveredBatch): Promise<number> {
    const text = batch.bytes > MAX_BLOB_BYTES ? '' : await undelivered.read(batch);
    if (text === undefined) return 0;
    const found = parseEvents(text);
    if (found === undefined) {
      const { name, bytes } = batch;
      log.error('a blob among the dead letters of Event Grid holds no events and stays there', {
        name,
        bytes,
      });
      await undelivered.setAside(batch);
      return 0;
    }
    const root = createHash('sha256').update(batch.name).digest('base64url');
    let sent = 0;
    for (let from = 0; from < found.length; from += CONCURRENCY) {
      const group = found.slice(from, from + CONCURRENCY);
      const outcomes = await Promise.all(
        group.map(async (event, i) => await send(event, `event-grid.${root}.${from + i}`)),
      );
      sent += outcomes.filter((outcome) => outcome === 'sent').length;
    }
    if (sent === found.length) {
      await undelivered.remove(batch);
      return sent;
    }
    log.error(
      'events that Event Grid could not deliver are too large for the queue and stay where they are',
      { name: batch.name, events: found.length - sent, hint: TOO_LARGE_HINT },
    );
    await undelivered.setAside(batch);
    return sent;
  }

  /** An event that the queue never accepts must not block the others. */
  async function send(event: object, messageId: string): Promise<'sent' | 'refused'> {
    try {
      await queue.sendLater(
        { messageId, event, history: parseHistory({}, messageId, theServiceClock.now()) },
        0,
      );
      return 'sent';
    } catch (thrown) {
      const error = toBlobmirrorError(thrown);
      if (error.disposition !== 'park' && error.code !== 'unexpected') throw error;
      if (error.code === 'unexpected')
        log.error('an event could not be sent to the queue', { messageId, error });
      return 'refused';
    }
  }
}

/** The events of a blob; undefined: not all are events within the bounds, so the blob must not be removed. */
function parseEvents(text: string): readonly object[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((each): each is object => isEvent(each) && isWithinBounds(each)) ? value : undefined;
}

function isWithinBounds(event: object): boolean {
  try {
    checkBounds(event);
    return true;
  } catch {
    return false;
  }
}
