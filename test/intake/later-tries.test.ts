import { afterEach, describe, expect, it, vi } from 'vitest';
import { TIME_BUDGETS } from '../../src/concurrency/time-budget.ts';
import { handleMessage } from '../../src/intake/handle-message.ts';
import { mirrorHint } from '../../src/intake/mirror-hint.ts';
import { deadLetterUnsendable } from '../../src/intake/settle-failure.ts';
import { BlobmirrorError, type ErrorCode } from '../../src/model/errors.ts';
import type { WalkPosition } from '../../src/model/hint.ts';
import { type HintMessage, type History, toProperties } from '../../src/model/hint-message.ts';
import { type Key, type Prefix, parseBlobPath, parseContainerName, parseKey } from '../../src/model/key.ts';
import { createScope } from '../../src/model/scope.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { NOTHING_RECORDED } from '../../src/ports/unprotected-keys.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { renameHint } from '../support/rename-hint.ts';

const TIME = '2026-11-30T12:00:00Z';
const HOST = 'https://sourceaccount.blob.core.windows.net';

function event(path: string): object {
  return {
    topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/sourceaccount',
    subject: `/blobServices/default/containers/photos/blobs/${path}`,
    eventType: 'Microsoft.Storage.BlobCreated',
    eventTime: TIME,
    id: path,
    data: { api: 'PutBlob', url: `${HOST}/photos/${path}` },
    dataVersion: '',
    metadataVersion: '1',
  };
}

const NEVER_TRIED: History = {
  root: 'm',
  attempts: 0,
  looks: 0,
  firstSeen: new Date(TIME),
  unsettled: false,
  parked: false,
  lastError: undefined,
};

/** An intake whose checks and sendings fail as they are told to. */
function bench(failing: ReadonlyMap<string, ErrorCode> = new Map()) {
  const since: (Date | undefined)[] = [];
  const sent: HintMessage[] = [];
  const refusals = new Map<string, BlobmirrorError>();
  /** The time that each check takes. */
  const pass = { ms: 0 };
  const intake = {
    scope: createScope('sourceaccount'),
    converge: async (key: Key, time?: Date): Promise<Verdict> => {
      await Promise.resolve();
      since.push(time);
      if (pass.ms > 0) vi.advanceTimersByTime(pass.ms);
      const code = failing.get(key.path);
      if (code !== undefined) throw new BlobmirrorError(code, 'it failed');
      return { verdict: 'in-sync' };
    },
    followRename: async () => await Promise.resolve('not renamed' as const),
    walk: async () => await Promise.resolve(undefined),
    queue: {
      sendLater: async (message: HintMessage) => {
        await Promise.resolve();
        const refusal = refusals.get((message.event as { id?: string }).id ?? '');
        if (refusal !== undefined) throw refusal;
        sent.push(message);
      },
      deadLetter: async () => await Promise.reject(new Error('nothing is dead-lettered here')),
    },
  };
  const handle = async (body: unknown, history: Partial<History> = {}, deliveryCount = 1) => {
    await handleMessage(intake, createSilentLogger(), {
      body,
      messageId: 'm',
      enqueuedTime: new Date(TIME),
      deliveryCount,
      applicationProperties: toProperties({ ...NEVER_TRIED, ...history }),
    });
  };
  return { handle, since, sent, refusals, pass };
}

describe('what is known of a directory since the time of an event', () => {
  it('serves the first try', async () => {
    const { handle, since } = bench();
    await handle(event('a'));
    expect(since).toEqual([new Date(TIME)]);
  });

  // A write of an earlier try may be newer than what is known.
  it.each<[string, Partial<History>, number?]>([
    ['that follows a failure', { attempts: 1 }],
    ['that follows another check', { looks: 1 }],
    ['of a replay', { replays: 1 }],
    ['after a write whose outcome is unknown', { unsettled: true }],
    ['of a second delivery', {}, 2],
  ])('serves no try %s', async (_, history, deliveryCount) => {
    const { handle, since } = bench();
    await handle(event('a'), history, deliveryCount);
    expect(since).toEqual([undefined]);
  });
});

describe('events of one message', () => {
  const BOTH_FAIL = new Map<string, ErrorCode>([
    ['a', 'storage-unavailable'],
    ['b', 'storage-unavailable'],
  ]);

  it('are settled although one of them is refused by the queue, and the message goes back for that one', async () => {
    const { handle, sent, refusals } = bench(BOTH_FAIL);
    refusals.set('a', new BlobmirrorError('message-too-large', 'a is too large'));
    await expect(handle([event('a'), event('b')])).rejects.toThrow('a is too large');
    expect(sent.map(({ event: each }) => each)).toEqual([event('b')]);
  });

  it('are settled although one of them cannot be written', async () => {
    const { handle, sent, refusals } = bench(BOTH_FAIL);
    refusals.set('a', new BlobmirrorError('unexpected', 'a cannot be written'));
    await expect(handle([event('a'), event('b')])).rejects.toThrow('a cannot be written');
    expect(sent.map(({ event: each }) => each)).toEqual([event('b')]);
  });

  it('go back at once where the queue is away', async () => {
    const { handle, sent, refusals } = bench(BOTH_FAIL);
    refusals.set('a', new BlobmirrorError('queue-unavailable', 'it is down'));
    await expect(handle([event('a'), event('b')])).rejects.toThrow('it is down');
    expect(sent).toEqual([]);
  });
});

describe('a message of many events', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('leaves the events that it has no time for to another message', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { handle, since, sent, pass } = bench();
    pass.ms = TIME_BUDGETS.prelude + 1;
    await handle([event('a'), event('b'), event('c')]);
    expect(since).toHaveLength(1);
    expect(sent).toMatchObject([{ messageId: 'm/from-1.hold.0.0.1.1', event: [event('b'), event('c')] }]);
  });
});

describe('tries that failed', () => {
  it('in an outage do not count against a defect that is met after it', async () => {
    const failing = new Map<string, ErrorCode>([['a', 'storage-unavailable']]);
    const { handle, sent } = bench(failing);
    for (let i = 0; i < 10; i++) await handle(event('a'), sent.at(-1)?.history);
    failing.set('a', 'unexpected');
    for (let i = 0; i < 4; i++) await handle(event('a'), sent.at(-1)?.history);
    expect(sent).toHaveLength(14);
    expect(sent.at(-1)?.history).toMatchObject({ attempts: 14, defects: 4 });
  });
});

it('a message that cannot be sent and becomes a dead letter does not count as mirrored', async () => {
  const dead: HintMessage[] = [];
  const queue = deadLetterUnsendable(
    {
      sendLater: async () => await Promise.reject(new Error('cyclic')),
      deadLetter: async (message) => {
        await Promise.resolve();
        dead.push(message);
      },
    },
    createSilentLogger(),
  );
  const history = { ...NEVER_TRIED, mirrored: true };
  await queue.sendLater({ messageId: 'm', event: event('a'), history }, 0);
  expect(dead).toMatchObject([{ messageId: 'm.p', history: { parked: true, mirrored: false } }]);
});

describe('a directory that was renamed', () => {
  const [FROM, TO] = [parseKey('photos', 'old'), parseKey('photos', 'new')];
  const RENAME = renameHint(FROM, TO, new Date(TIME));
  const KEPT: Verdict = { verdict: 'skipped', reason: 'backup-foreign-below', isDirectory: true };
  const below = (path: string): Prefix => ({ container: parseContainerName('photos'), path });
  const at = (path: string, source: string | undefined): WalkPosition => ({
    prefix: below(path),
    source: source === undefined ? undefined : parseBlobPath(source),
    backup: undefined,
  });

  async function check(
    verdicts: Readonly<Record<string, Verdict>>,
    {
      from,
      rest,
      isPaused = false,
    }: { readonly from?: WalkPosition; readonly rest?: WalkPosition; readonly isPaused?: boolean } = {},
  ) {
    const acts: string[] = [];
    const mirroring = {
      scope: createScope('sourceaccount'),
      converge: async ({ path }: Key) => {
        await Promise.resolve();
        acts.push(path);
        return verdicts[path] ?? ({ verdict: 'in-sync' } as const);
      },
      followRename: async () => {
        await Promise.resolve();
        acts.push('follow');
        return 'not renamed' as const;
      },
      walk: async (prefix: Prefix, _: unknown, found: (key: Key) => Promise<Verdict>) => {
        acts.push(`walk ${prefix.path}`);
        for (const path of Object.keys(verdicts).filter((each) => each.startsWith(prefix.path)))
          await found(parseKey('photos', path));
        return prefix.path === rest?.prefix.path ? rest : undefined;
      },
      isPaused: () => isPaused,
      unprotected: {
        ...NOTHING_RECORDED,
        named: new Map([['photos/old', { mark: '1', below: true as const }]]),
        clear: (name: string) => void acts.push(`clear ${name}`),
      },
    };
    const earlier = { from, isDeep: false, watch: undefined, held: undefined, root: 'm' };
    const next = await mirrorHint(mirroring, createSilentLogger(), RENAME, earlier);
    return { acts, next };
  }

  const DONE = {
    new: { verdict: 'in-sync', isDirectory: true },
    old: { verdict: 'deleted', wasDirectory: true },
  } as const;

  it('is followed by its first message only', async () => {
    const first = await check(DONE);
    expect(first.acts[0]).toBe('follow');
    const second = await check(DONE, { from: at('new/', 'new/x') });
    expect(second.acts).not.toContain('follow');
  });

  it('has directories that were kept checked again after what is below them, from the deepest up', async () => {
    const { acts } = await check({
      ...DONE,
      old: KEPT,
      'old/a': KEPT,
      'old/a/b': KEPT,
      'old/a/b/c': { verdict: 'deleted' },
    });
    const walked = acts.indexOf('walk old/');
    expect(acts.slice(walked + 1)).toEqual([
      'old/a',
      'old/a/b',
      'old/a/b/c',
      'old/a/b',
      'old/a',
      'old',
      'clear photos/old',
    ]);
  });

  it.each<[string, { from?: WalkPosition; rest?: WalkPosition }, boolean]>([
    ['is cleared when it was walked whole', {}, true],
    ['stays where the walk goes on in another message', { rest: at('old/', 'old/a') }, false],
    ['stays where this message walked only its end', { from: at('old/', 'old/a') }, false],
  ])('and is on record with all below it %s', async (_, walk, expected) => {
    const { acts } = await check({ ...DONE, old: KEPT }, walk);
    expect(acts.includes('clear photos/old')).toBe(expected);
  });

  it('is left to another message between two of its names while mirroring is paused', async () => {
    const { acts, next } = await check(DONE, { isPaused: true });
    expect(acts).not.toContain('old');
    expect(next).toMatchObject({ delayMs: 0, walk: { prefix: { path: 'old/' } }, isMirrored: false });
  });
});
