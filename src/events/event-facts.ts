import { type JsonObject, dataOf, isObject, timeOf } from './envelope.ts';
import { readBody } from './parse-message.ts';

/** What an event tells besides the blob that it is about. */
export interface EventFacts {
  /** Undefined when it bears no time that can be read. */
  readonly time: Date | undefined;
  /** The length of the blob that it tells of; 0 when it tells none. */
  readonly bytes: number;
}

/**
 * The time and the length of every event in the body of a message, in either schema, for counting what waits. It is
 * for many messages at once: nothing is checked that a worker will check, and nothing is thrown.
 */
export function readEventFacts(body: unknown): readonly EventFacts[] {
  let events: readonly unknown[];
  try {
    events = readBody(body);
  } catch {
    return [];
  }
  return events.filter(isObject).map((event) => ({ time: timeOf(event), bytes: bytesOf(event) }));
}

function bytesOf(event: JsonObject): number {
  const length = dataOf(event)['contentLength'];
  return typeof length === 'number' && Number.isSafeInteger(length) && length > 0 ? length : 0;
}
