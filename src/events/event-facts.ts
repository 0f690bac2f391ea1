import { type JsonObject, dataOf, isObject, timeOf } from './envelope.ts';
import { readBody } from './parse-message.ts';

/** The time and the length that an event tells. */
export interface EventFacts {
  /** Undefined if it has no time that can be parsed. */
  readonly time: Date | undefined;
  /** The length of the blob in bytes; 0 if the event does not tell it. */
  readonly bytes: number;
}

/**
 * The facts of every event in the body of a message, in either schema, for counting what waits. It is called for many
 * messages: it does not validate what a worker validates, and throws nothing.
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
