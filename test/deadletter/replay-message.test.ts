import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../src/api/dead-letter.ts';
import { advanceMark, readMark } from '../../src/deadletter/dead-letter-mark.ts';
import { replayMessage } from '../../src/deadletter/dead-letter-store.ts';
import { processDeadLetters } from '../../src/deadletter/process-dead-letters.ts';
import { readDeadLetter } from '../../src/deadletter/read-dead-letter.ts';
import { parseHistory } from '../../src/model/hint-message.ts';
import type {
  BrowsedMessage,
  DeadLetterQueue,
  ReceivedDeadLetter,
} from '../../src/ports/dead-letter-queue.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { eventOf, parked } from './support/dead-letter-bench.ts';

const AT = new Date('2026-11-25T13:00:00Z');

function message(sequenceNumber: number, changes: Partial<BrowsedMessage> = {}): BrowsedMessage {
  return {
    sequenceNumber: String(sequenceNumber),
    messageId: `m${sequenceNumber}`,
    state: 'active',
    enqueuedAt: AT,
    deliveryCount: 0,
    body: eventOf('photos', 'a'),
    applicationProperties: {},
    ...changes,
  };
}

describe('the message of a replay', () => {
  const isUnsettled = (changes: Partial<BrowsedMessage>): boolean => {
    const { applicationProperties, messageId } = replayMessage(message(7, changes), 'events');
    return parseHistory(applicationProperties, messageId, AT).unsettled;
  };

  it.each<[string, Partial<BrowsedMessage>, boolean]>([
    ['that its worker settled', {}, false],
    ['after a write of unknown outcome', { applicationProperties: { 'blobmirror-unsettled': true } }, true],
    ['that no worker settled in any delivery', { deadLetterReason: 'MaxDeliveryCountExceeded' }, true],
    ['that expired', { deadLetterReason: 'TTLExpiredException' }, false],
  ])('of a dead letter %s says whether a write may still be on its way: %o is %s', (_, changes, expected) => {
    expect(isUnsettled(changes)).toBe(expected);
  });

  it('counts the replays, and begins a chain of its own', () => {
    const applicationProperties = {
      'blobmirror-replays': 2,
      'blobmirror-attempts': 20,
      'blobmirror-root': 'r',
    };
    const replay = replayMessage(message(7, { applicationProperties }), 'events');
    const history = parseHistory(replay.applicationProperties, replay.messageId, AT);
    expect(history).toMatchObject({ replays: 3, attempts: 0, root: `replay.events.7.${AT.getTime()}` });
  });
});

describe('a mark of dead letters', () => {
  it('never moves back', async () => {
    const documents = new MemoryDocuments().through(immediately);
    for (const until of ['2026-11-25T12:00:00.000Z', '2026-11-25T13:00:00.000Z', '2026-11-25T12:30:00.000Z'])
      await advanceMark(documents, 'control/mark', { until, ids: [] });
    expect((await readMark(documents, 'control/mark'))?.until).toBe('2026-11-25T13:00:00.000Z');
  });
});

describe('dead letters that are processed', () => {
  /** A queue to which others are added while it is processed. */
  async function process(arriving: number) {
    const messages = [message(1), message(2)];
    const acted: string[] = [];
    const queue: DeadLetterQueue = {
      browse: async function* () {
        yield await Promise.resolve(messages);
      },
      process: async (visit) => {
        for (let i = 0; i < arriving; i++) messages.unshift(message(10 + i));
        for (const each of messages) {
          const received = { message: each } as ReceivedDeadLetter;
          if ((await visit(received)) === 'enough') break;
        }
      },
    };
    const act = async (_: unknown, { id }: DeadLetter) => {
      acted.push(id);
      return await Promise.resolve('removed' as const);
    };
    const { signal } = new AbortController();
    const done = await processDeadLetters(
      { events: queue, reconcile: { ...queue, browse: async function* () {} } },
      { all: true },
      { isSelected: () => true, act, dryRun: false, signal },
    );
    return { acted, done };
  }

  it('are those that were there at the start: a replay that fails again is not replayed for ever', async () => {
    const { acted, done } = await process(3);
    expect(acted).toEqual(['events:1', 'events:2']);
    expect(done).toMatchObject({ done: 2, isComplete: true });
  });
});

it('a dead letter has no reason whose code anybody may have written', () => {
  const codeOf = (code: string): string => {
    const { applicationProperties = {} } = parked({}, code);
    return readDeadLetter(message(1, { applicationProperties }), 'events', AT).code;
  };
  expect(codeOf('storage-unavailable')).toBe('storage-unavailable');
  // Of another release.
  expect(codeOf('storage-on-holiday')).toBe('storage-on-holiday');
  for (const code of ['\u001b[31mred', 'A sentence.', '<b>', 'x'.repeat(61)])
    expect(codeOf(code)).toBe('dead-lettered-elsewhere');
});
