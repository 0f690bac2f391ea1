import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../src/api/dead-letter.ts';
import type { Run } from '../../src/api/run.ts';
import { parseHistory, toProperties } from '../../src/model/hint-message.ts';
import { parseContainerName, parseKey } from '../../src/model/key.ts';
import type { BrowsedMessage } from '../../src/ports/dead-letter-queue.ts';
import { findDeadLetters, findLastFullSync, findWaiting } from '../../src/show/find-mentions.ts';
import { eventGridEvent } from '../events/samples.ts';
import { aRun } from '../support/a-run.ts';
import { KEY } from '../support/keys.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const FEW = { mostMessages: 2, budgetMs: 60_000 };

function message(
  path: string,
  { type = 'BlobCreated', container = 'photos', held = false } = {},
): BrowsedMessage {
  const history = parseHistory({}, 'm', NOW);
  return {
    sequenceNumber: '1',
    messageId: 'm',
    state: 'active',
    enqueuedAt: NOW,
    deliveryCount: 0,
    body: eventGridEvent({
      type: `Microsoft.Storage.${type}`,
      subject: `/blobServices/default/containers/${container}/blobs/${path}`,
      data: type === 'DirectoryDeleted' ? { recursive: 'true' } : {},
    }),
    applicationProperties: toProperties(
      held ? { ...history, held: [{ key: KEY, reason: 'source-still-written' }] } : history,
    ),
  };
}

const browse = (...pages: readonly (readonly BrowsedMessage[])[]) => ({
  browse: async function* () {
    for (const page of pages) yield await Promise.resolve(page);
  },
});

describe('a message is about a key', () => {
  const below = parseKey('photos', 'a/b.jpg');

  it.each([
    ['by its very name', message('a/b.jpg'), true],
    ['below a directory that is gone', message('a', { type: 'DirectoryDeleted' }), true],
    ['not below what only begins like it', message('a/b', { type: 'DirectoryDeleted' }), false],
    ['not of another container', message('a/b.jpg', { container: 'docs' }), false],
    ['not of a directory there', message('a', { type: 'DirectoryDeleted', container: 'docs' }), false],
    ['not of another name', message('a/c.jpg'), false],
  ])('%s', async (_, each, isAbout) => {
    expect((await findWaiting(browse([each]), below)).count).toBe(isAbout ? 1 : 0);
  });

  it('that it holds back, whatever its event is about', async () => {
    expect(await findWaiting(browse([message('other', { held: true })]), KEY)).toMatchObject({
      count: 1,
      messages: [{ event: '', heldFor: 'source-still-written' }],
    });
  });
});

describe('a search that was cut off', () => {
  it('of the queue is not complete, and counts what it has seen', async () => {
    const queue = browse([message('other'), message(KEY.path)], [message(KEY.path)]);
    expect(await findWaiting(queue, KEY, FEW)).toMatchObject({ count: 1, read: 2, isComplete: false });
    expect(await findWaiting(queue, KEY)).toMatchObject({ count: 2, read: 3, isComplete: true });
  });

  it('of the dead letters is not complete', async () => {
    const letter = { id: 'events:1', ...KEY } as Partial<DeadLetter> as DeadLetter;
    const letters = async function* () {
      yield* await Promise.resolve([letter, letter, letter]);
    };
    expect(await findDeadLetters(letters(), KEY, FEW)).toMatchObject({ count: 2, isComplete: false });
    expect(await findDeadLetters(letters(), KEY)).toMatchObject({ count: 3, isComplete: true });
  });

  it('of a report is not complete', async () => {
    const line = JSON.stringify({ ...KEY, verdict: 'copied' });
    const runs = {
      mirror: '',
      list: async () => await Promise.resolve([aRun({ state: 'done' })]),
      report: async function* () {
        yield* await Promise.resolve([line, line, line]);
      },
    };
    expect(await findLastFullSync(runs, KEY, FEW)).toMatchObject({ isComplete: false });
    expect(await findLastFullSync(runs, KEY)).toMatchObject({ isComplete: true });
  });
});

describe('the last full sync that compared a key', () => {
  const { request } = aRun();
  const of = (more: Partial<Run['request']>) => ({ request: { ...request, ...more } });

  it.each<[string, Partial<Run>, boolean]>([
    ['is one that is done', {}, true],
    ['is not under way', { state: 'comparing' }, false],
    ['was not cancelled: it may not have come to the key', { state: 'cancelled' }, false],
    ['is one that can be read', { state: 'damaged' }, false],
    ['wrote, and was no dry run', of({ dryRun: true }), false],
    ['had the same settings', { mirror: 'others' }, false],
    ['was of its container', of({ container: KEY.container }), true],
    ['was not of another container', of({ container: parseContainerName('docs') }), false],
    ['was of its prefix', of({ container: KEY.container, prefix: 'cat' }), true],
    ['was not of another prefix', of({ container: KEY.container, prefix: 'dog' }), false],
  ])('%s', async (_, changes, isOne) => {
    const runs = {
      mirror: '',
      list: async () => await Promise.resolve([aRun({ state: 'done', ...changes })]),
      report: async function* () {
        yield* await Promise.resolve([]);
      },
    };
    expect((await findLastFullSync(runs, KEY)).run === null).toBe(!isOne);
  });
});
