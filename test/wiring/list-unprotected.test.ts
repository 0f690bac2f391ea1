import { expect, it } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import { changeDocument } from '../../src/documents/change-document.ts';
import { parseKey } from '../../src/model/key.ts';
import { parseHistory, toProperties } from '../../src/model/hint-message.ts';
import { createScope } from '../../src/model/scope.ts';
import { NEVER_PAUSED } from '../../src/ports/account-decorators.ts';
import type { BrowsedMessage, QueueBrowser } from '../../src/ports/dead-letter-queue.ts';
import { WAITING_SCAN, WAITING_SCAN_DOCUMENT } from '../../src/status/waiting-scan.ts';
import { createLedger } from '../../src/unprotected/ledger.ts';
import { createUnprotected } from '../../src/wiring/create-unprotected.ts';
import { eventOf } from '../deadletter/support/dead-letter-bench.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { createMemoryAccount } from '../memory/memory-account.ts';
import { immediately } from '../memory/schedule.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { SETTINGS_OUT_OF_REACH } from '../support/settings-out-of-reach.ts';

const NOW = new Date('2026-11-30T12:00:00Z');
/** What is read at once. */
const AT_ONCE = 100_000;
const held = { key: parseKey('photos', 'held'), reason: 'source-still-written' } as const;

function message(sequenceNumber: number, body: unknown, isHeld = false): BrowsedMessage {
  const history = parseHistory({}, 'm', NOW);
  return {
    sequenceNumber: String(sequenceNumber),
    messageId: 'm',
    state: 'active',
    enqueuedAt: NOW,
    deliveryCount: 0,
    body,
    applicationProperties: isHeld ? toProperties({ ...history, mirrored: true, held: [held] }) : {},
  };
}

function queueOf(messages: readonly BrowsedMessage[]): QueueBrowser {
  return {
    browse: async function* ({ from = '0' } = {}) {
      const page = messages.filter(({ sequenceNumber }) => Number(sequenceNumber) >= Number(from));
      const pages = [page.slice(0, AT_ONCE), page.slice(AT_ONCE)].filter(({ length }) => length > 0);
      for (const each of pages) yield await Promise.resolve(each);
    },
  };
}

function bench(waiting: readonly BrowsedMessage[], deadLetters: readonly BrowsedMessage[] = []) {
  const documents = new MemoryDocuments().through(immediately);
  const log = createSilentLogger();
  const never = async (): Promise<never> => await Promise.reject(new Error('not asked here'));
  const process = never;
  const unprotected = createUnprotected(readSettings(SETTINGS_OUT_OF_REACH), log, {
    accounts: {
      scope: createScope('sourceaccount'),
      core: never,
      guard: never,
      source: createMemoryAccount('sourceaccount'),
      backup: createMemoryAccount('backupaccount'),
    },
    queues: {
      events: { browser: queueOf(waiting) } as Parameters<typeof createUnprotected>[2]['queues']['events'],
      deadLetters: {
        events: { ...queueOf(deadLetters), process },
        reconcile: { ...queueOf([]), process },
      },
    },
    documents,
    ledger: createLedger({ documents, log, now: () => NOW }),
    reconciler: { report: async function* () {} },
    pause: NEVER_PAUSED,
  });
  return {
    documents,
    list: async (container?: string) => await unprotected.list({ limit: 10, container }),
  };
}

it('a queue that was not read to its end may hold keys that are not protected', async () => {
  const { list, documents } = bench([
    ...Array.from({ length: AT_ONCE }, (_, i) => message(i + 1, null)),
    message(AT_ONCE + 1, null, true),
  ]);
  expect(await list()).toMatchObject({
    keys: [],
    isComplete: false,
    unknown: ['waiting'],
    waiting: null,
  });

  // A worker reads on each minute, and keeps what it found.
  await changeDocument(documents, WAITING_SCAN_DOCUMENT, WAITING_SCAN, () => ({
    firstActive: '1',
    next: String(AT_ONCE),
    stretches: [],
    held: [],
    moreHeld: 0,
  }));
  expect(await list()).toMatchObject({
    keys: [{ container: 'photos', path: 'held', namedBy: 'waiting' }],
    isComplete: true,
    unknown: [],
  });
});

it('a dead letter leaves nothing of another account unprotected', async () => {
  const event = eventOf('photos', 'theirs');
  const topic = event.topic.replace('sourceaccount', 'otheraccount');
  const { list } = bench([], [message(1, eventOf('photos', 'ours')), message(2, { ...event, topic })]);
  expect((await list()).keys.map(({ path }) => path)).toEqual(['ours']);
});

it('a queue that was read to its end tells how many changes wait, and a container that neither account has is refused', async () => {
  const { list } = bench([message(1, eventOf('photos', 'a')), message(2, eventOf('photos', 'b'))]);
  expect(await list()).toMatchObject({ keys: [], isComplete: true, waiting: 2 });
  await expect(list('photos')).rejects.toMatchObject({ code: 'request-invalid' });
});
