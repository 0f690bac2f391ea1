import { describe, expect, it } from 'vitest';
import { handleMessage } from '../../src/intake/handle-message.ts';
import { PendingRechecks } from '../../src/intake/pending-rechecks.ts';
import { BlobmirrorError, type ErrorCode } from '../../src/model/errors.ts';
import { type HintMessage, toProperties } from '../../src/model/hint-message.ts';
import { type WalkPosition, walkPositionText } from '../../src/model/hint.ts';
import { type Key, type Prefix, parseBlobPath, parseKey } from '../../src/model/key.ts';
import { createScope } from '../../src/model/scope.ts';
import { BLOCKED_REASONS, type SkipReason, type Verdict } from '../../src/model/verdict.ts';
import { NEVER_PAUSED } from '../../src/ports/account-decorators.ts';
import { NOTHING_RECORDED } from '../../src/ports/unprotected-keys.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const HOST = 'https://sourceaccount.dfs.core.windows.net';
const RENAME = {
  topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/sourceaccount',
  subject: '/blobServices/default/containers/lake/blobs/new',
  eventType: 'Microsoft.Storage.DirectoryRenamed',
  eventTime: '2026-11-30T12:00:00Z',
  id: 'r',
  data: { sourceUrl: `${HOST}/lake/old`, destinationUrl: `${HOST}/lake/new` },
  dataVersion: '',
  metadataVersion: '1',
};

const skipped = (reason: SkipReason): Verdict => ({ verdict: 'skipped', reason });
const DIRECTORY: Verdict = { verdict: 'in-sync', isDirectory: true };
const DELETED: Verdict = { verdict: 'deleted', wasDirectory: true };
const UNFINISHED: Verdict = { verdict: 'unfinished', engine: 'put-block-from-url' };

/** A rename of a directory that is walked one key a message. */
function bench(answers: Record<string, Verdict | undefined>, below = ['new/x', 'new/y']) {
  const acts: string[] = [];
  const queue: { message: HintMessage; delayMs: number }[] = [];
  const dead: HintMessage[] = [];
  const failing = new Map<string, ErrorCode>();
  const state = { isPaused: false, pendingRechecks: new PendingRechecks() };
  const check = async (key: Key): Promise<Verdict> => {
    await Promise.resolve();
    acts.push(`checked ${key.path}`);
    const code = failing.get(key.path);
    if (code !== undefined) throw new BlobmirrorError(code, 'it failed');
    const usual =
      key.path === 'new' ? DIRECTORY : key.path === 'old' ? DELETED : { verdict: 'in-sync' as const };
    return answers[key.path] ?? usual;
  };
  const intake = {
    scope: createScope('sourceaccount'),
    converge: check,
    followRename: async () => await Promise.resolve('not renamed' as const),
    walk: async (prefix: Prefix, from: WalkPosition | undefined, found: (key: Key) => Promise<Verdict>) => {
      const keys = below.filter((path) => path.startsWith(prefix.path));
      const i = from?.source === undefined ? 0 : keys.indexOf(from.source) + 1;
      const path = keys[i];
      if (path === undefined) return undefined;
      const { verdict } = await found(parseKey('lake', path));
      if (verdict === 'unfinished') return from ?? { prefix, source: undefined, backup: undefined };
      return i + 1 < keys.length ? { prefix, source: parseBlobPath(path), backup: undefined } : undefined;
    },
    pause: {
      ...NEVER_PAUSED,
      pass: async (work: () => Promise<void>) => {
        if (state.isPaused) return { delayMs: 60_000 };
        await work();
        return undefined;
      },
    },
    pendingRechecks: state.pendingRechecks,
    queue: {
      sendLater: async (message: HintMessage, delayMs: number) => {
        await Promise.resolve();
        queue.push({ message, delayMs });
      },
      deadLetter: async (message: HintMessage) => {
        await Promise.resolve();
        acts.push('dead-lettered');
        dead.push(message);
      },
    },
    unprotected: {
      ...NOTHING_RECORDED,
      named: new Map([['lake/old', { mark: '1', below: true as const }]]),
      clear: (name: string) => void acts.push(`cleared ${name}`),
      record: async (left: readonly { path: string; reason: string }[]) => {
        await Promise.resolve();
        for (const { path, reason } of left) acts.push(`recorded ${path} ${reason}`);
      },
    },
  };
  const receive = async (properties = {}, messageId = 'm'): Promise<readonly string[]> => {
    await handleMessage(intake, createSilentLogger(), {
      body: RENAME,
      messageId,
      enqueuedTime: new Date(),
      deliveryCount: 1,
      applicationProperties: properties,
    });
    return acts.splice(0);
  };
  const next = async (): Promise<readonly string[]> => {
    const sent = queue.shift();
    if (sent === undefined) throw new Error('nothing was sent');
    return await receive(toProperties(sent.message.history), sent.message.messageId);
  };
  return { receive, next, queue, dead, failing, state, answers };
}

const LAST = ['checked new', 'checked new/y', 'recorded old rename-incomplete'];

describe('a rename whose walk takes several messages keeps the old name', () => {
  it.each(BLOCKED_REASONS)('when an earlier message met %s', async (reason) => {
    const { receive, next, queue } = bench({ 'new/x': skipped(reason) });
    expect(await receive()).toEqual(['checked new', 'checked new/x', `recorded new/x ${reason}`]);
    expect(await next()).toEqual(LAST);
    // The key is on record, and no message names it after it was mirrored.
    const history = { mirrored: true, held: [], blocked: false, watch: { found: 'blocked', looks: 1 } };
    expect(queue).toMatchObject([{ delayMs: 3_600_000, message: { history } }]);
  });

  it('also of a failure, of a pause and of both in between', async () => {
    const { receive, next, queue, failing, state } = bench({ 'new/x': skipped('backup-leased') });
    await receive();
    failing.set('new/y', 'storage-unavailable');
    await next();
    state.isPaused = true;
    expect(await next()).toEqual([]);
    state.isPaused = false;
    await next();
    failing.clear();
    expect(await next()).toEqual(LAST);
    expect(queue).toMatchObject([{ delayMs: 3_600_000 }]);
  });

  it('and when its message became a dead letter in between and is replayed', async () => {
    const { receive, next, dead, failing } = bench({ 'new/x': skipped('backup-leased') });
    await receive();
    failing.set('new/y', 'storage-rejected');
    expect(await next()).toEqual([
      'checked new',
      'checked new/y',
      'recorded new storage-rejected',
      'recorded old rename-incomplete',
      'dead-lettered',
    ]);
    expect(dead).toHaveLength(1);
    failing.clear();
    // A replay begins at the beginning.
    expect(await receive({ 'blobmirror-replays': 1 }, 'replay')).toContain('recorded new/x backup-leased');
    expect(await next()).toEqual(LAST);
  });

  it('until a recheck finds everything mirrored, which deletes it and clears it', async () => {
    const { receive, next, answers, queue } = bench({ 'new/x': skipped('backup-leased') });
    await receive();
    await next();
    delete answers['new/x'];
    expect(await next()).toEqual(['checked new', 'checked new/x']);
    expect(await next()).toEqual(['checked new', 'checked new/y', 'checked old', 'cleared lake/old']);
    expect(queue).toEqual([]);
  });

  it('but goes on below the old name, whatever it met there', async () => {
    const { receive, next } = bench(
      {
        old: { verdict: 'skipped', reason: 'directory-too-large', isDirectory: true },
        'old/x': skipped('backup-leased'),
      },
      ['old/x', 'old/y'],
    );
    expect(await receive()).toContain('checked old/x');
    expect(await next()).toContain('checked old/y');
  });

  const walk = walkPositionText({
    prefix: { container: parseKey('lake', 'new').container, path: 'new/' },
    source: parseBlobPath('new/x'),
    backup: undefined,
  });
  it.each([
    ['held it, as messages of former releases do', '[["lake","new/x","backup-leased"]]'],
    ['holds what cannot be read', '[["lake","new/x","a newer reason"]]'],
  ])('when the message %s', async (_what, held) => {
    const { receive, queue } = bench({});
    expect(
      await receive({ 'blobmirror-walk': walk, 'blobmirror-held': held, 'blobmirror-looks': 1 }),
    ).toEqual(LAST);
    expect(queue).toMatchObject([{ delayMs: 3_600_000, message: { history: { held: [] } } }]);
  });
});

describe('a rename keeps the old name while the new one is not mirrored', () => {
  const PENDING = skipped('source-copy-pending');

  it('although the rechecks of what it waits for have ended', async () => {
    const watch = {
      since: '2026-11-30T12:00:00Z',
      looks: 500,
      copies: 0,
      pauseMs: 1,
      found: 'source-copy-pending',
      isEmpty: false,
    };
    const { receive } = bench({ new: PENDING });
    expect(await receive({ 'blobmirror-watch': JSON.stringify(watch) })).toEqual([
      'checked new',
      'recorded new source-copy-pending',
      'recorded old rename-incomplete',
    ]);
  });

  it('although a newer event of the new name is rechecked', async () => {
    const { receive, state } = bench({ new: PENDING });
    state.pendingRechecks.add(parseKey('lake', 'new'), {
      event: { time: new Date('2026-11-30T12:00:01Z'), root: 'n' },
      due: new Date(Date.now() + 3_600_000),
      hold: 'source-copy-pending',
    });
    expect(await receive()).toEqual(['checked new', 'recorded old rename-incomplete']);
  });

  it('and while a long copy to the new name continues', async () => {
    const { receive, next, answers } = bench({ new: UNFINISHED }, []);
    expect(await receive()).toEqual(['checked new']);
    answers['new'] = { verdict: 'copied', created: true, bytes: 1, engine: 'm', stamped: true };
    expect(await next()).toEqual(['checked new', 'checked old', 'cleared lake/old']);
  });
});

it('keys that are held beyond those that a message names hold the live point back to the last message of a walk', async () => {
  const below = ['1', '2', '3', '4', '5', '6', '7', '8'].map((name) => `new/${name}`);
  const { receive, next, queue } = bench(
    Object.fromEntries(below.slice(0, 7).map((path) => [path, skipped('source-copy-pending')])),
    below,
  );
  await receive();
  for (let i = 1; i < below.length; i++) await next();
  expect(queue).toMatchObject([
    { delayMs: 10_000, message: { history: { mirrored: false, walk: undefined } } },
  ]);
  expect(queue[0]?.message.history.held).toHaveLength(5);
});
