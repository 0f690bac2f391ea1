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
const ENOUGH = { mostMessages: 100, budgetMs: 600_000 };

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

async function* each<Item>(...items: readonly Item[]) {
  for (const item of items) yield await Promise.resolve(item);
}

const browse = (...pages: readonly (readonly BrowsedMessage[])[]) => ({ browse: () => each(...pages) });
const letter = { id: 'events:1', ...KEY } as Partial<DeadLetter> as DeadLetter;

function reports(changes: Partial<Run>, ...paths: readonly string[]) {
  return {
    mirror: '',
    list: async () => await Promise.resolve([aRun({ state: 'done', ...changes })]),
    report: () => each(...paths.map((path) => JSON.stringify({ ...KEY, path, verdict: 'copied' }))),
  };
}

describe('a message is about a key', () => {
  const below = parseKey('photos', 'a/b.jpg');

  it.each([
    ['by its very name', message('a/b.jpg'), true],
    ['below a directory that is gone', message('a', { type: 'DirectoryDeleted' }), true],
    ['not below what only begins like it', message('a/b', { type: 'DirectoryDeleted' }), false],
    ['not of another container', message('a/b.jpg', { container: 'docs' }), false],
    ['not of a directory there', message('a', { type: 'DirectoryDeleted', container: 'docs' }), false],
    ['not of another name', message('a/c.jpg'), false],
  ])('%s', async (_, one, isAbout) => {
    expect((await findWaiting(browse([one]), below)).count).toBe(isAbout ? 1 : 0);
  });

  it('that it holds back, whatever its event is about', async () => {
    expect(await findWaiting(browse([message('other', { held: true })]), KEY)).toMatchObject({
      count: 1,
      messages: [{ event: '', heldFor: 'source-still-written' }],
    });
  });
});

it('a dead letter is about its own key, and not about one of another container or path', async () => {
  const others = [
    { ...letter, container: 'docs' },
    { ...letter, path: 'other' },
  ];
  expect(await findDeadLetters(each(letter, ...others), KEY)).toMatchObject({ count: 1 });
});

describe('a search', () => {
  const find = async (bounds?: typeof ENOUGH) => {
    const page = [message(KEY.path)];
    const waiting = await findWaiting(browse(page, page, page), KEY, bounds);
    const letters = await findDeadLetters(each(letter, letter, letter), KEY, bounds);
    const lastFullSync = await findLastFullSync(reports({}, 'other', 'other', KEY.path), KEY, bounds);
    return { waiting, letters, lastFullSync };
  };

  it.each([
    ['many', { ...ENOUGH, mostMessages: 2 }],
    ['long', { ...ENOUGH, budgetMs: 0 }],
  ])('that takes too %s ends, and says so', async (_, bounds) => {
    const { waiting, letters, lastFullSync } = await find(bounds);
    for (const found of [waiting, letters, lastFullSync]) expect(found.isComplete).toBe(false);
    expect(waiting.count).toBeLessThan(3);
    expect(letters.count).toBeLessThan(3);
    expect(lastFullSync.lines).toEqual([]);
  });

  it('says that it came to the end, and what it read of the queue', async () => {
    expect(await find()).toMatchObject({
      waiting: { count: 3, read: 3, isComplete: true },
      letters: { count: 3, isComplete: true },
      lastFullSync: { lines: [{ path: KEY.path }], isComplete: true },
    });
  });

  it('counts all that it finds, and shows the first twenty', async () => {
    const waiting = await findWaiting(browse(Array.from({ length: 25 }, () => message(KEY.path))), KEY);
    const letters = await findDeadLetters(each(...Array.from({ length: 25 }, () => letter)), KEY);
    expect([waiting.count, waiting.messages.length]).toEqual([25, 20]);
    expect([letters.count, letters.letters.length]).toEqual([25, 20]);
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
    expect((await findLastFullSync(reports(changes), KEY)).run === null).toBe(!isOne);
  });
});
