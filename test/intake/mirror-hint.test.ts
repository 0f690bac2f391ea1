import { describe, expect, it, vi } from 'vitest';
import { handleMessage } from '../../src/intake/handle-message.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { type HintMessage, toProperties } from '../../src/model/hint-message.ts';
import { parseContainerName, parseKey } from '../../src/model/key.ts';
import { type ScopeRules, createScope } from '../../src/model/scope.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { walkPrefix } from '../../src/reconcile/walk-prefix.ts';
import { FLAT } from '../support/flat.ts';
import { createMemoryPair } from '../support/memory-pair.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const LOST = '\uFFFD\uFFFD';

function event(path: string, container = 'photos'): Record<string, unknown> {
  return {
    topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/sourceaccount',
    subject: `/blobServices/default/containers/${container}/blobs/${path}`,
    eventType: 'Microsoft.Storage.BlobCreated',
    eventTime: '2026-11-21T21:00:00Z',
    id: path,
    data: {
      api: 'PutBlob',
      blobType: 'BlockBlob',
      url: `https://sourceaccount.blob.core.windows.net/${container}/${encodeURIComponent(path)}`,
    },
    dataVersion: '',
    metadataVersion: '1',
  };
}

/** Two accounts in memory, and a queue whose messages are handled one after the other. */
function createMirror(rules: Partial<ScopeRules> = {}, budgetMs = 60_000) {
  const pair = createMemoryPair();
  const { source, backup } = pair;
  const scope = createScope('sourceaccount', rules);
  const log = createSilentLogger();
  const queue: (HintMessage & { delayMs: number })[] = [];
  const dead: HintMessage[] = [];
  const state = { outcome: (_path: string): Verdict | undefined => undefined };
  const receive = async (body: unknown, message?: HintMessage): Promise<void> => {
    await handleMessage(
      {
        scope,
        converge: async (key) => state.outcome(key.path) ?? (await pair.converge(key)),
        followRename: async () => await Promise.resolve('not renamed' as const),
        walk: async (prefix, from, look) =>
          await walkPrefix({ ...FLAT, source, backup, scope }, { prefix, from, converge: look, budgetMs }),
        queue: {
          sendLater: async (hint, delayMs) => {
            await Promise.resolve();
            queue.push({ ...hint, delayMs });
          },
          deadLetter: async (hint) => {
            await Promise.resolve();
            dead.push(hint);
          },
        },
      },
      log,
      {
        body,
        messageId: message?.messageId ?? 'm1',
        enqueuedTime: new Date(),
        deliveryCount: 1,
        applicationProperties: message === undefined ? {} : toProperties(message.history),
      },
    );
  };
  return {
    pair,
    state,
    queue,
    dead,
    log,
    receive,
    /** Handles what is in the queue until it is empty. Resolves to the ids of the messages. */
    drain: async (): Promise<readonly string[]> => {
      const ids: string[] = [];
      for (let next = queue.shift(); next !== undefined && ids.length < 50; next = queue.shift()) {
        ids.push(next.messageId);
        await receive(next.event, next);
      }
      return ids;
    },
    write: (...paths: string[]) => {
      for (const path of paths) source.put(parseKey('photos', path), { content: path });
    },
    mirrored: () =>
      [...(backup.containers.get(parseContainerName('photos'))?.blobs.keys() ?? [])].map(String).toSorted(),
  };
}

describe('an event outside the scope', () => {
  it.each<[string, Record<string, unknown>, Partial<ScopeRules>]>([
    ['by its container', event('a'), { containers: { include: [], exclude: ['photos'] } }],
    ['by its path', event('tmp/a'), { paths: { include: [], exclude: [{ containers: '*', path: 'tmp/' }] } }],
    ['by its name', event('a.tmp'), { patterns: { include: ['*.jpg'], exclude: [] } }],
    [
      'by the prefix of a name that lost characters',
      event(`tmp/a${LOST}`),
      { paths: { include: [], exclude: [{ containers: '*', path: 'tmp/' }] } },
    ],
    ['as a container of the service', event('a', '$logs'), {}],
  ])('is settled without a request to storage: %s', async (_what, body, rules) => {
    const mirror = createMirror(rules);
    mirror.write('a', 'tmp/a', 'a.tmp');
    await mirror.receive(body);
    expect(mirror.pair.calls).toEqual([]);
    expect([...mirror.queue, ...mirror.dead]).toEqual([]);
    expect(mirror.log.lines).toMatchObject([
      { level: 'info', message: 'event ignored', fields: { code: 'event-out-of-scope' } },
    ]);
  });
});

describe('an event whose name lost characters', () => {
  it('mirrors the blob that it may be about, and leaves what is not beneath its prefix alone', async () => {
    const mirror = createMirror();
    mirror.write('a/💎', 'a/b', 'z');
    await mirror.receive(event(`a/${LOST}`));
    expect(mirror.mirrored()).toEqual(['a/b', 'a/💎']);
    expect(mirror.queue).toEqual([]);
  });

  it('mirrors a delete as well', async () => {
    const mirror = createMirror();
    mirror.write('💎');
    await mirror.pair.otherWorker(parseKey('photos', '💎'));
    mirror.pair.source.remove(parseKey('photos', '💎'));
    await mirror.receive(event(LOST));
    expect(mirror.mirrored()).toEqual([]);
  });

  it('sends no listing when the url still has the name', async () => {
    const mirror = createMirror();
    mirror.write('💎', 'other');
    const whole = event('💎');
    await mirror.receive({ ...whole, subject: String(whole['subject']).replace('💎', LOST) });
    expect(mirror.mirrored()).toEqual(['💎']);
    expect(mirror.pair.calls.filter((call) => call.includes('list'))).toEqual([]);
  });

  it('is walked in slices, each a message of its own that goes on where the last one ended', async () => {
    const mirror = createMirror({}, 0);
    const paths = ['1', '2', '3', '4', '💎'];
    mirror.write(...paths);
    await mirror.receive(event(LOST));
    expect(mirror.mirrored()).toHaveLength(1);
    expect(mirror.queue).toMatchObject([
      {
        messageId: 'm1.look.0.1.1',
        delayMs: 0,
        history: { walk: { source: '1' }, looks: 1, mirrored: false },
      },
    ]);
    const ids = await mirror.drain();
    expect(mirror.mirrored()).toEqual(paths);
    expect(new Set(ids).size).toBe(ids.length);
    const listings = mirror.pair.calls.filter((call) => call.includes('listBlobs')).length;
    expect(listings).toBe(2 * (ids.length + 1));
  });

  it('takes up its slice again when a key in it failed', async () => {
    const mirror = createMirror();
    mirror.write('a', '💎', 'b');
    let failures = 0;
    mirror.state.outcome = (path) => {
      if (path === 'b' && ++failures === 1) throw new BlobmirrorError('storage-unavailable', 'cut');
      return undefined;
    };
    await mirror.receive(event(LOST));
    expect(mirror.mirrored()).toEqual(['a', '💎']);
    expect(mirror.queue).toMatchObject([{ messageId: 'm1.try.1.0.1' }]);
    await mirror.drain();
    expect(mirror.mirrored()).toEqual(['a', 'b', '💎']);
  });

  it('keeps its place through a failure', async () => {
    const mirror = createMirror({}, 0);
    mirror.write('1', '2', '3');
    await mirror.receive(event(LOST));
    mirror.state.outcome = (path) => {
      if (path === '2') throw new BlobmirrorError('storage-unavailable', 'cut');
      return undefined;
    };
    const [second] = mirror.queue.splice(0);
    await mirror.receive(second?.event, second);
    expect(mirror.queue).toMatchObject([{ history: { attempts: 1, walk: { source: '1' } } }]);
    mirror.state.outcome = () => undefined;
    await mirror.drain();
    expect(mirror.mirrored()).toEqual(['1', '2', '3']);
  });

  it('comes again while a long copy beneath its prefix is not finished', async () => {
    const mirror = createMirror();
    mirror.write('💎');
    let looks = 0;
    mirror.state.outcome = (path) =>
      path === '💎' && ++looks < 3 ? { verdict: 'unfinished', engine: 'copy-blob' } : undefined;
    await mirror.receive(event(LOST));
    expect(mirror.queue).toMatchObject([{ delayMs: 10_000, history: { mirrored: false } }]);
    await mirror.drain();
    expect(mirror.mirrored()).toEqual(['💎']);
  });
});

describe('a key beneath a prefix that differs as yet', () => {
  const STILL: Verdict = { verdict: 'skipped', reason: 'source-still-written' };
  const held = (path: string) => ({ key: parseKey('photos', path), reason: 'source-still-written' });

  it('has its event rechecked, and is excepted by name meanwhile', async () => {
    const mirror = createMirror();
    mirror.write('a', 'b', '💎');
    let isEmpty = true;
    mirror.state.outcome = (path) => (path === 'b' && isEmpty ? STILL : undefined);
    await mirror.receive(event(LOST));
    expect(mirror.mirrored()).toEqual(['a', '💎']);
    expect(mirror.queue).toMatchObject([
      { delayMs: 30_000, history: { mirrored: true, held: [held('b')], walk: undefined } },
    ]);
    isEmpty = false;
    expect(await mirror.drain()).toHaveLength(1);
    expect(mirror.mirrored()).toEqual(['a', 'b', '💎']);
  });

  it('is remembered by the slices that follow, which hold the live point back until the last one', async () => {
    const mirror = createMirror({}, 0);
    mirror.write('1', '2', '3');
    let isEmpty = true;
    mirror.state.outcome = (path) => (path === '1' && isEmpty ? STILL : undefined);
    await mirror.receive(event(LOST));
    const slices: HintMessage[] = [];
    for (let next = mirror.queue.shift(); next !== undefined && slices.length < 9;) {
      slices.push(next);
      // The slice after the last one is a look to come.
      if (next.delayMs > 0) break;
      await mirror.receive(next.event, next);
      next = mirror.queue.shift();
    }
    expect(slices.map(({ history }) => history.mirrored)).toEqual([
      ...slices.slice(1).map(() => false),
      true,
    ]);
    expect(slices.map(({ history }) => history.held)).toEqual(slices.map(() => [held('1')]));
    isEmpty = false;
    const last = slices.at(-1);
    await mirror.receive(last?.event, last);
    await mirror.drain();
    expect(mirror.mirrored()).toEqual(['1', '2', '3']);
  });

  it('holds the live point back where there are too many to be named', async () => {
    const mirror = createMirror();
    mirror.write('1', '2', '3', '4', '5', '6');
    mirror.state.outcome = () => STILL;
    await mirror.receive(event(LOST));
    expect(mirror.queue).toMatchObject([{ delayMs: 30_000, history: { mirrored: false } }]);
    expect(mirror.queue[0]?.history.held).toHaveLength(5);
  });
});

describe('an event that may name one of several blobs', () => {
  /** The name as the subject has it, and two readings of a url that was not encoded. */
  const ambiguous = (): Record<string, unknown> => {
    const plain = event('a');
    return {
      ...plain,
      data: { ...(plain['data'] as object), url: 'https://sourceaccount.blob.core.windows.net/photos/b%20c' },
    };
  };

  it('has each of them mirrored, whatever becomes of another', async () => {
    const mirror = createMirror();
    mirror.write('a', 'b c', 'b%20c');
    mirror.state.outcome = (path) => {
      if (path === 'a') throw new BlobmirrorError('blob-needs-customer-key', 'nobody can read it');
      if (path === 'b c') throw new BlobmirrorError('storage-unavailable', 'cut');
      return undefined;
    };
    await mirror.receive(ambiguous());
    expect(mirror.mirrored()).toEqual(['b%20c']);
    // The one that may pass decides; dropped for the other, the event would be lost.
    expect(mirror.queue).toMatchObject([
      { messageId: 'm1.try.1.0.1', history: { lastError: { code: 'storage-unavailable' } } },
    ]);
  });

  it('leaves the others to another message when one took long', async () => {
    const mirror = createMirror();
    mirror.write('a', 'b c', 'b%20c');
    let now = 0;
    const time = vi.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      mirror.state.outcome = (path) => {
        if (path === 'a') now += 31_000;
        return undefined;
      };
      await mirror.receive(ambiguous());
      expect(mirror.mirrored()).toEqual(['a']);
      expect(mirror.queue).toMatchObject([
        { messageId: 'm1.look.0.1.1', delayMs: 0, history: { mirrored: false } },
      ]);
      mirror.state.outcome = () => undefined;
      await mirror.drain();
      expect(mirror.mirrored()).toEqual(['a', 'b c', 'b%20c']);
    } finally {
      time.mockRestore();
    }
  });
});
