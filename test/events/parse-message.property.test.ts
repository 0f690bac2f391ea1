import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/events/parse-message.ts';
import type { ErrorCode } from '../../src/model/errors.ts';
import { cloudEvent, created, eventGridEvent } from './samples.ts';

const NOW = new Date(0);
const CODES: readonly ErrorCode[] = [
  'message-not-event',
  'message-out-of-bounds',
  'event-type-unknown',
  'event-key-invalid',
];

const FIELDS =
  'id subject topic source eventType type eventTime time data data_base64 dataVersion specversion'.split(' ');

/** An event with some of its fields replaced by anything, under names that trap careless code among others. */
const spoiltEvent = fc
  .tuple(
    fc.constantFrom(
      eventGridEvent(created('x', 'https://a.blob.core.windows.net/photos/x')),
      cloudEvent(created('x', '')),
    ),
    fc.dictionary(fc.constantFrom(...FIELDS, 'constructor', 'toString', 'hasOwnProperty'), fc.jsonValue()),
    fc.boolean(),
  )
  .map(([event, spoils, poisoned]) => {
    const text = JSON.stringify({ ...event, ...spoils });
    return JSON.parse(
      poisoned ? text.replace('{', '{"__proto__":{"subject":7,"data":null},') : text,
    ) as unknown;
  });

/** What is wrong with the answer to a body of so many events: nothing, when every event is answered for. */
function faultsIn(body: unknown, events: number): string[] {
  const { hints, rejected } = parseMessage(body, NOW);
  const answered = hints.length + rejected.length;
  return [
    ...(answered === events ? [] : [`${answered} answers to ${events} events`]),
    ...rejected.filter(({ error }) => !CODES.includes(error.code)).map(({ error }) => `code ${error.code}`),
    ...rejected.filter(({ error }) => error.message.length > 400).map(() => 'an endless error message'),
    ...hints.filter((hint) => hint.keys.length === 0).map(() => 'a hint without a key'),
    ...hints.filter((hint) => Number.isNaN(hint.eventTime.getTime())).map(() => 'a time that is none'),
  ];
}

describe('whatever a message holds, parseMessage answers and never throws', () => {
  it('any JSON, parsed or as text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const events = Array.isArray(value) ? Math.max(1, value.length) : 1;
        // A string reaches the parser as text, and may by chance hold JSON itself.
        const body = typeof value === 'string' ? JSON.stringify(value) : value;
        expect(faultsIn(body, events)).toEqual([]);
        expect(faultsIn(Buffer.from(JSON.stringify(value)), events)).toEqual([]);
      }),
    );
  });

  it('any text and any bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array()), (body) => {
        const { hints, rejected } = parseMessage(body, NOW);
        expect(hints).toEqual([]);
        expect(rejected.length).toBeGreaterThan(0);
      }),
    );
  });

  it('events with fields replaced by anything', () => {
    fc.assert(
      fc.property(fc.array(spoiltEvent, { minLength: 1 }), (batch) => {
        expect(faultsIn(batch, batch.length)).toEqual([]);
      }),
    );
  });

  it('any subject and any url', () => {
    const text = fc.string({ unit: 'binary', maxLength: 2000 });
    const subject = text.map((tail) => `/blobServices/default/containers/photos/blobs/${tail}`);
    const url = text.map((tail) => `https://a.blob.core.windows.net/${tail}`);
    fc.assert(
      fc.property(fc.oneof(text, subject), fc.oneof(text, url), (aSubject, aUrl) => {
        const event = { ...eventGridEvent(created('', aUrl)), subject: aSubject };
        expect(faultsIn(event, 1)).toEqual([]);
      }),
    );
  });

  it('nesting that would overflow a recursive reader, and megabytes of text', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(faultsIn(deep, 1)).toEqual([]);
    expect(faultsIn(`{"eventType":"x","id":"1","data":${deep}}`, 1)).toEqual([]);
    const long = 'x/'.repeat(1_000_000);
    const host = 'https://a.blob.core.windows.net';
    const url = `${host}/${long}`;
    expect(faultsIn(long, 1)).toEqual([]);
    expect(faultsIn({ ...eventGridEvent(created(long, url)), eventType: long }, 1)).toEqual([]);
    expect(faultsIn(eventGridEvent(created(long, url)), 1)).toEqual([]);
    expect(faultsIn(eventGridEvent(created('x', '', 'X'.repeat(1_000_000))), 1)).toEqual([]);
    const unnamed = { ...eventGridEvent(created('', `${host}/${'X'.repeat(1_000_000)}/x`)), subject: '' };
    expect(faultsIn(unnamed, 1)).toEqual([]);
  });
});
