import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { type Key, parseKey } from '../../src/model/key.ts';
import { createScope } from '../../src/model/scope.ts';
import { NEVER_PAUSED, type PauseGate } from '../../src/ports/account-decorators.ts';
import { createLedger } from '../../src/unprotected/ledger.ts';
import { createDeadLetters } from '../../src/wiring/create-dead-letters.ts';
import { createUnprotected } from '../../src/wiring/create-unprotected.ts';
import { createMirror } from '../../src/wiring/create-mirror.ts';
import { createReconciliation } from '../../src/wiring/create-reconciliation.ts';
import type { OpenAccounts } from '../../src/wiring/open-accounts.ts';
import { createMirrorCore } from '../../src/mirror/mirror-core.ts';
import { NOTHING_RECORDED, type UnprotectedKeys } from '../../src/ports/unprotected-keys.ts';
import { createMemoryAccount } from '../memory/memory-account.ts';
import { MemoryQueue, createMemoryShardQueue } from '../memory/memory-queue.ts';
import { ofOurs } from '../support/of-ours.ts';
import { createdEvent } from './support/created-event.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

type Parts = Parameters<typeof createUnprotected>[2];

const HOUR_AGO = new Date(Date.now() - 3_600_000);
const SWAPPED = new BlobmirrorError('accounts-swapped', 'they look swapped');
const connection = (name: string) =>
  `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:1/${name}`;
const settings = readSettings({
  BLOBMIRROR_SOURCE: connection('sourceaccount'),
  BLOBMIRROR_BACKUP: connection('backupaccount'),
  BLOBMIRROR_EVENTS_QUEUE: 'events',
  BLOBMIRROR_RECONCILE_QUEUE: 'reconcile',
  BLOBMIRROR_DELETE_GUARD_PERCENT: '40',
  BLOBMIRROR_DELETE_GUARD_COUNT: '1',
  BLOBMIRROR_SERVICE_BUS: 'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=k;SharedAccessKey=a2V5',
});

/** Two keys on record whose retry is due, one of them out of the scope, and accounts that tell what is asked of them. */
async function bench(guard: () => Promise<void>, pause: PauseGate = NEVER_PAUSED) {
  const log = createSilentLogger();
  const documents = new MemoryDocuments().through(immediately);
  const ledger = createLedger({ documents, log, now: () => HOUR_AGO });
  const [inScope, outOfScope] = [parseKey('photos', 'a'), parseKey('other', 'a')];
  await ledger.record([inScope, outOfScope].map((key) => ({ ...key, reason: 'backup-leased' as const })));
  const checked: Key[] = [];
  const scope = createScope('sourceaccount', { containers: { include: [], exclude: ['other'] } });
  const converge = async (key: Key) => {
    checked.push(key);
    return await Promise.resolve({ verdict: 'in-sync' } as const);
  };
  const accounts = { scope, guard, core: async () => await Promise.resolve({ converge }) };
  const parts = { accounts, documents, ledger, pause, reconciler: {}, queues: {} } as unknown as Parts;
  return { unprotected: createUnprotected(settings, log, parts), checked, inScope, log };
}

describe('a retry of keys that are not protected', () => {
  it('checks those of the scope', async () => {
    const { unprotected, checked, inScope } = await bench(async () => {});
    await unprotected.retry();
    expect(checked).toEqual([inScope]);
  });

  it('checks none while accounts look swapped, and says so', async () => {
    const { unprotected, checked, log } = await bench(async () => await Promise.reject(SWAPPED));
    await unprotected.retry();
    expect(checked).toEqual([]);
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { code: 'accounts-swapped' } }]);
  });

  it('checks none in a pause, which it asks for first', async () => {
    let isKnown = false;
    const pause: PauseGate = {
      ...NEVER_PAUSED,
      pausedSince: async () => {
        isKnown = true;
        return await Promise.resolve(0);
      },
      isPaused: () => isKnown,
    };
    const { unprotected, checked } = await bench(async () => {}, pause);
    await unprotected.retry();
    expect(checked).toEqual([]);
  });
});

it('undelivered events are not taken while accounts look swapped: they may be of another mirror', async () => {
  const state = { ...settings.state, eventGridDeadLetters: 'undelivered' as never };
  const accounts = { guard: async () => await Promise.reject(SWAPPED), scope: createScope('sourceaccount') };
  const parts = { accounts, queues: { events: {}, deadLetters: {} }, documents: {}, unprotected: {} };
  const { redeliver } = createDeadLetters({ state }, createSilentLogger(), parts as never);
  await expect(redeliver?.()).rejects.toBe(SWAPPED);
});

describe('a full sync', () => {
  /** With these keys on both sides in step, and those on the backup alone. */
  async function run(both: readonly string[], extras: readonly string[], mayDelete: () => Promise<void>) {
    const log = createSilentLogger();
    const source = createMemoryAccount('sourceaccount');
    const backup = createMemoryAccount('backupaccount', undefined, source);
    const at = (path: string) => parseKey('photos', path);
    for (const account of [source, backup]) account.addContainer(at('x').container);
    const core = createMirrorCore({ source, backup, policy: settings.policy }, { hierarchical: false });
    for (const path of both) {
      source.put(at(path), { content: path });
      await core.converge(at(path));
    }
    for (const path of extras) backup.put(at(path), { content: path, ...ofOurs() });
    const scope = createScope('sourceaccount');
    const queue = new MemoryQueue();
    const { reconciler } = createReconciliation(settings, log, {
      accounts: {
        scope,
        source,
        backup,
        mayDelete,
        core: async () => await Promise.resolve(core),
        sides: async () =>
          await Promise.resolve({ source, backup, scope, hierarchical: false, policy: settings.policy }),
      } as unknown as OpenAccounts,
      queues: { reconcile: { shards: createMemoryShardQueue(queue, immediately) } } as never,
      documents: new MemoryDocuments().through(immediately),
      pause: NEVER_PAUSED,
    });
    await reconciler.start({ dryRun: false, allowDeletes: [], reason: 'timer' });
    for (;;) {
      for (const message of queue.scheduled) queue.enqueue(message);
      const [message] = queue.ready;
      if (message === undefined) break;
      const lock = queue.receive(message);
      await reconciler.handleShard(message.body);
      queue.complete(lock);
    }
    return extras.filter((path) => backup.entry(at(path)) !== undefined);
  }

  it('deletes what the source lacks', async () => {
    expect(await run(['a', 'b'], ['gone'], async () => {})).toEqual([]);
  });

  it('deletes nothing while accounts look swapped: all that is listed may be lacking', async () => {
    const refuse = async () => await Promise.reject(SWAPPED);
    expect(await run(['a', 'b'], ['gone'], refuse)).toEqual(['gone']);
  });

  it('deletes nothing beyond the percentage of the settings', async () => {
    expect(await run(['a', 'b', 'c'], ['gone', 'lost'], async () => {})).toEqual([]);
    expect(await run(['a', 'b'], ['gone', 'lost'], async () => {})).toEqual(['gone', 'lost']);
  });
});

describe('the messages of a process', () => {
  it('wait for the record of keys at first, and read it once a minute', async () => {
    const acts: string[] = [];
    const read = Promise.withResolvers<undefined>();
    const unprotected: UnprotectedKeys = {
      ...NOTHING_RECORDED,
      refresh: async () => {
        acts.push('read');
        await read.promise;
        acts.push('known');
      },
    };
    const core = {
      converge: async () => {
        acts.push('checked');
        return await Promise.resolve({ verdict: 'in-sync' } as const);
      },
    };
    const accounts = {
      scope: createScope('sourceaccount'),
      core: async () => await Promise.resolve(core),
    } as unknown as OpenAccounts;
    const queues = { events: { hints: {} } } as never;
    const mirror = createMirror(settings, createSilentLogger(), {
      accounts,
      queues,
      pause: NEVER_PAUSED,
      unprotected,
    });
    const handle = async (path: string) => {
      await mirror.handleMessage({
        body: createdEvent(path),
        messageId: path,
        enqueuedTime: new Date(),
        deliveryCount: 1,
        applicationProperties: {},
      });
    };
    const first = handle('a');
    await nextTurn();
    expect(acts).toEqual(['read']);
    read.resolve(undefined);
    await first;
    await handle('b');
    expect(acts).toEqual(['read', 'known', 'checked', 'checked']);
  });
});
