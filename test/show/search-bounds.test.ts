import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../src/api/dead-letter.ts';
import type { Run } from '../../src/api/run.ts';
import { parseHistory, toProperties } from '../../src/model/hint-message.ts';
import type { BrowsedMessage } from '../../src/ports/dead-letter-queue.ts';
import { findDeadLetters, findLastFullSync, findWaiting } from '../../src/show/find-mentions.ts';
import { eventGridEvent } from '../events/samples.ts';
import { aRun } from '../support/a-run.ts';
import { KEY } from '../support/keys.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const ENOUGH = { mostMessages: 100, budgetMs: 600_000 };
/** Each stops a search of three. */
const BOUNDS = [
  ['many', { ...ENOUGH, mostMessages: 2 }],
  ['long', { ...ENOUGH, budgetMs: 0 }],
] as const;

async function* each<Item>(...items: readonly Item[]) {
  for (const item of items) yield await Promise.resolve(item);
}

const message: BrowsedMessage = {
  sequenceNumber: '1',
  messageId: 'm',
  state: 'active',
  enqueuedAt: NOW,
  deliveryCount: 0,
  body: eventGridEvent({
    type: 'Microsoft.Storage.BlobCreated',
    subject: `/blobServices/default/containers/${KEY.container}/blobs/${KEY.path}`,
    data: {},
  }),
  applicationProperties: toProperties(parseHistory({}, 'm', NOW)),
};
const letter = { id: 'events:1', code: 'storage-rejected', ...KEY } as Partial<DeadLetter> as DeadLetter;

function reports(runs: readonly Run[], lines: readonly string[] = ['other', 'other', KEY.path]) {
  return {
    mirror: '',
    list: async () => await Promise.resolve(runs),
    report: () => each(...lines.map((path) => JSON.stringify({ ...KEY, path, verdict: 'copied' }))),
  };
}

describe('a search', () => {
  it.each(BOUNDS)('that takes too %s ends, and says so', async (_, bounds) => {
    const waiting = await findWaiting({ browse: () => each([message], [message], [message]) }, KEY, bounds);
    const letters = await findDeadLetters(each(letter, letter, letter), KEY, bounds);
    const sync = await findLastFullSync(reports([aRun({ state: 'done' })]), KEY, bounds);
    expect([waiting.isComplete, letters.isComplete, sync.isComplete]).toEqual([false, false, false]);
    expect(waiting.count).toBeLessThan(3);
    expect(letters.count).toBeLessThan(3);
    expect(sync.lines).toEqual([]);
  });

  it('counts all that it finds, and shows the first twenty', async () => {
    const waiting = await findWaiting(
      { browse: () => each(Array.from({ length: 25 }, () => message)) },
      KEY,
      ENOUGH,
    );
    const letters = await findDeadLetters(each(...Array.from({ length: 25 }, () => letter)), KEY, ENOUGH);
    expect([waiting.count, waiting.messages.length]).toEqual([25, 20]);
    expect([letters.count, letters.letters.length]).toEqual([25, 20]);
  });

  it('takes no dead letter of another container or path', async () => {
    const others = [
      { ...letter, container: 'docs' },
      { ...letter, path: 'other' },
    ];
    expect(await findDeadLetters(each(...others), KEY, ENOUGH)).toMatchObject({ count: 0 });
  });
});
