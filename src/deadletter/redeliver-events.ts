import { theServiceClock } from '../clock/process-clocks.ts';
import { createHash } from 'node:crypto';
import { isEvent } from '../events/envelope.ts';
import { checkBounds } from '../events/message-body.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import { parseHistory } from '../model/hint-message.ts';
import type { UndeliveredEvents, UndeliveredBatch } from '../ports/undelivered-events.ts';
import type { HintQueue } from '../ports/work-queues.ts';
import type { Logger } from '../telemetry/logger.ts';

interface Redelivery {
  readonly undelivered: UndeliveredEvents;
  readonly queue: HintQueue;
  readonly log: Logger;
  /** No blob is begun after it. */
  readonly signal: AbortSignal;
}

/** An event is at most a megabyte, and Event Grid puts few into a blob. */
const LARGEST_BYTES = 16 * 1024 * 1024;
const AT_ONCE = 16;
const TOO_LARGE_HINT = 'A full sync finds what they tell of. The blob can be deleted after that.';

/**
 * Takes the events back that Event Grid could not deliver: sends each to the queue and removes its blob after that. Who
 * dies in between leaves the blob, and what is sent again has the id that it had: the queue drops it where it knows it
 * still, and where not it costs a look. What cannot be read, or be sent, is left where it is, and told of once.
 */
export async function redeliverEvents({ undelivered: spool, queue, log, signal }: Redelivery): Promise<void> {
  let events = 0;
  for await (const page of spool.list()) {
    for (const spooled of page) {
      if (signal.aborted) return;
      if (spooled.isSetAside) continue;
      events += await takeBack(spooled);
    }
  }
  if (events > 0) log.info('events that Event Grid could not deliver were taken back', { events });

  async function takeBack(spooled: UndeliveredBatch): Promise<number> {
    const text = spooled.bytes > LARGEST_BYTES ? '' : await spool.read(spooled);
    if (text === undefined) return 0;
    const found = parseEvents(text);
    if (found === undefined) {
      const { name, bytes } = spooled;
      log.error('a blob among the dead letters of Event Grid holds no events and is left there', {
        name,
        bytes,
      });
      await spool.setAside(spooled);
      return 0;
    }
    const root = createHash('sha256').update(spooled.name).digest('base64url');
    let sent = 0;
    for (let from = 0; from < found.length; from += AT_ONCE) {
      const group = found.slice(from, from + AT_ONCE);
      const outcomes = await Promise.all(
        group.map(async (event, i) => await send(event, `event-grid.${root}.${from + i}`)),
      );
      sent += outcomes.filter((outcome) => outcome === 'sent').length;
    }
    if (sent === found.length) {
      await spool.remove(spooled);
      return sent;
    }
    log.error(
      'events that Event Grid could not deliver are too large for the queue and are left where they are',
      { name: spooled.name, events: found.length - sent, hint: TOO_LARGE_HINT },
    );
    await spool.setAside(spooled);
    return sent;
  }

  /** What the queue will never take must not keep it from what it would. */
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

/** Each is an event within the bounds; what more it must be is for the intake to say. Nothing else is ever removed. */
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
