import { describe, expect, it } from 'vitest';
import { handleMessage } from '../../src/intake/handle-message.ts';
import { readHistory } from '../../src/intake/incoming-message.ts';
import { deadLetterUnsendable } from '../../src/intake/settle-failure.ts';
import { BlobmirrorError, ERRORS, type ErrorCode } from '../../src/model/errors.ts';
import type { HintMessage } from '../../src/model/hint-message.ts';
import type { Key } from '../../src/model/key.ts';
import { createScope } from '../../src/model/scope.ts';
import { isAboutChange } from '../../src/model/unprotected.ts';
import { SKIP_MEANING, type SkipReason, type Verdict } from '../../src/model/verdict.ts';
import { NOTHING_RECORDED } from '../../src/ports/unprotected-keys.ts';
import { createLedger } from '../../src/unprotected/ledger.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const HOST = 'https://sourceaccount.blob.core.windows.net';
const NOW = new Date('2026-11-30T12:00:00Z');

function event(path: string, more: object = {}): object {
  return {
    topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/sourceaccount',
    subject: `/blobServices/default/containers/photos/blobs/${path}`,
    eventType: 'Microsoft.Storage.BlobCreated',
    eventTime: NOW.toISOString(),
    id: path,
    data: { api: 'PutBlob', url: `${HOST}/photos/${path}` },
    dataVersion: '',
    metadataVersion: '1',
    ...more,
  };
}

const renamed = (type: string) =>
  event('new', {
    eventType: `Microsoft.Storage.${type}`,
    data: { sourceUrl: `${HOST}/photos/old`, destinationUrl: `${HOST}/photos/new` },
  });

/** The intake with a record, whose checks answer this. */
function bench(answer: (key: Key) => Verdict) {
  /** In order: `recorded photos/a backup-leased`, `sent`, `dead-lettered`. */
  const acts: string[] = [];
  const state = { isRecordAway: false, records: 0 };
  const sent: HintMessage[] = [];
  const intake = {
    scope: createScope('sourceaccount', {
      paths: { include: [], exclude: [{ containers: '*', path: 'out/' }] },
    }),
    converge: async (key: Key) => await Promise.resolve(answer(key)),
    followRename: async () => await Promise.resolve('not renamed' as const),
    walk: async (_prefix: unknown, _from: unknown, check: (key: Key) => Promise<Verdict>) => {
      await check({ container: 'photos', path: 'tree/below' } as Key);
      return undefined;
    },
    queue: {
      sendLater: async (message: HintMessage) => {
        await Promise.resolve();
        sent.push(message);
        acts.push('sent');
      },
      deadLetter: async () => {
        await Promise.resolve();
        acts.push('dead-lettered');
      },
    },
    unprotected: {
      ...NOTHING_RECORDED,
      record: async (left: readonly { container: string; path: string; reason: string; below?: true }[]) => {
        await Promise.resolve();
        state.records++;
        if (state.isRecordAway) throw new BlobmirrorError('storage-unavailable', 'it is down');
        for (const { container, path, reason, below } of left)
          acts.push(`recorded ${container}/${path}${below === true ? ' and below' : ''} ${reason}`);
      },
    },
  };
  const handle = async (body: unknown, applicationProperties = {}) => {
    const message = { body, messageId: 'm', enqueuedTime: NOW, deliveryCount: 1, applicationProperties };
    await handleMessage(intake, createSilentLogger(), message);
    return acts.splice(0);
  };
  return { handle, state, sent };
}

const skipped = (reason: SkipReason): Verdict => ({ verdict: 'skipped', reason });
const COPIED: Verdict = { verdict: 'copied', created: true, bytes: 1, engine: 'm', stamped: true };
const fail = (code: ErrorCode) => (): never => {
  throw new BlobmirrorError(code, 'it failed');
};

describe('what an event leaves out of the backup is recorded', () => {
  it.each(Object.entries(SKIP_MEANING))('when its check ends with %s: %s', async (reason, meaning) => {
    const acts = await bench(() => skipped(reason as SkipReason)).handle(event('a'));
    // What waits is named by the message that rechecks it.
    const left = [`recorded photos/a ${reason}`];
    expect(acts).toEqual(meaning === 'waits' ? ['sent'] : meaning === 'intended' ? [] : left);
  });

  it('and nothing is when it is mirrored, or in step', async () => {
    expect(await bench(() => COPIED).handle(event('a'))).toEqual([]);
    expect(await bench(() => ({ verdict: 'in-sync' })).handle(event('a'))).toEqual([]);
  });

  it('when it was mirrored without its access', async () => {
    const acts = await bench(() => ({ ...COPIED, access: 'not-permitted' })).handle(event('a'));
    expect(acts).toEqual(['recorded photos/a access-not-permitted']);
  });

  it('when the rechecks of what waits have ended', async () => {
    const watch = {
      since: NOW,
      looks: 500,
      copies: 0,
      pauseMs: 1,
      found: 'source-copy-pending',
      isEmpty: false,
    };
    const acts = await bench(() => skipped('source-copy-pending')).handle(event('a'), {
      'blobmirror-watch': JSON.stringify(watch),
    });
    expect(acts).toEqual(['recorded photos/a source-copy-pending']);
  });

  it('when a walk below a directory finds it', async () => {
    const deleted = event('tree', { eventType: 'Microsoft.Storage.DirectoryDeleted' });
    const { handle } = bench(({ path }) =>
      path === 'tree' ? { verdict: 'in-sync', isDirectory: true } : skipped('backup-leased'),
    );
    expect(await handle(deleted)).toEqual(['recorded photos/tree/below backup-leased']);
  });

  it('when a rename is held up, also its old name, which is not checked', async () => {
    const { handle } = bench(() => skipped('backup-leased'));
    expect(await handle(renamed('BlobRenamed'))).toEqual([
      'recorded photos/new backup-leased',
      'recorded photos/old and below rename-incomplete',
      'sent',
    ]);
  });

  it('once for all events of a message, before any of them is settled', async () => {
    const { handle } = bench(({ path }) =>
      path === 'b' ? fail('storage-rejected')() : skipped('backup-leased'),
    );
    expect(await handle([event('a'), event('b'), event('c')])).toEqual([
      'recorded photos/a backup-leased',
      'recorded photos/c backup-leased',
      'recorded photos/b storage-rejected',
      'dead-lettered',
    ]);
  });
});

describe('an event that becomes a dead letter', () => {
  it('has its keys on record before', async () => {
    expect(await bench(fail('storage-rejected')).handle(event('a'))).toEqual([
      'recorded photos/a storage-rejected',
      'dead-lettered',
    ]);
  });

  it('of a directory stands for what is below it, and of a rename for the old name', async () => {
    expect(await bench(fail('storage-rejected')).handle(renamed('DirectoryRenamed'))).toEqual([
      'recorded photos/new and below storage-rejected',
      'recorded photos/old and below rename-incomplete',
      'dead-lettered',
    ]);
  });

  it('is tried again first while its keys cannot be recorded', async () => {
    const { handle, state, sent } = bench(fail('storage-rejected'));
    state.isRecordAway = true;
    expect(await handle(event('a'))).toEqual(['sent']);
    expect(sent[0]?.history).toMatchObject({ attempts: 1, lastError: { code: 'storage-rejected' } });
  });

  it('becomes one all the same when that has lasted as long as any outage may', async () => {
    const { handle, state } = bench(fail('storage-rejected'));
    state.isRecordAway = true;
    const acts = await handle(event('a'), {
      'blobmirror-attempts': 50,
      'blobmirror-first-seen': '2026-11-20T12:00:00Z',
    });
    expect(acts).toEqual(['dead-lettered']);
  });
});

describe('an event that is ignored', () => {
  const needsKey = fail('blob-needs-customer-key');

  it('has its keys on record if it is about a change that cannot be mirrored', async () => {
    expect(await bench(needsKey).handle(event('a'))).toEqual(['recorded photos/a blob-needs-customer-key']);
  });

  it('is tried again while they cannot be recorded', async () => {
    const { handle, state } = bench(needsKey);
    state.isRecordAway = true;
    expect(await handle(event('a'))).toEqual(['sent']);
  });

  it('leaves no record if it is about nothing that is mirrored', async () => {
    const { handle } = bench(() => COPIED);
    const ignored = [
      event('out/a'),
      event('a', { eventType: 'Microsoft.Storage.Unheard' }),
      event('a', { data: { api: 'PutBlob', url: 'https://other.blob.core.windows.net/photos/a' } }),
    ];
    for (const each of ignored) expect(await handle(each)).toEqual([]);
  });

  it.each(
    Object.entries(ERRORS)
      .filter(([, { disposition }]) => disposition === 'ignore')
      .map(([code]) => code as ErrorCode),
  )('as %s was decided to be about a change, or not', (code) => {
    expect(isAboutChange(code)).toBe(code === 'blob-needs-customer-key');
  });
});

describe('while the state cannot be written', () => {
  it('an event that leaves a key out is tried again, and its neighbours are settled', async () => {
    const { handle, state, sent } = bench(({ path }) => (path === 'a' ? skipped('backup-leased') : COPIED));
    state.isRecordAway = true;
    expect(await handle([event('a'), event('b')])).toEqual(['sent']);
    expect(sent[0]).toMatchObject({
      event: event('a'),
      history: { lastError: { code: 'storage-unavailable' } },
    });
  });
});

describe('a message whose keys cannot be recorded', () => {
  it('is followed by the next try of its event alone, not by the recheck as well', async () => {
    const { handle, state, sent } = bench(() => skipped('backup-leased'));
    expect(await handle(renamed('BlobRenamed'))).toContain('sent');
    expect(sent.splice(0)).toMatchObject([{ history: { looks: 1, attempts: 0 } }]);
    state.isRecordAway = true;
    expect(await handle(renamed('BlobRenamed'))).toEqual(['sent']);
    expect(sent).toMatchObject([{ history: { looks: 0, attempts: 1 } }]);
  });

  it('is not recorded a second time, which would take as long again', async () => {
    const { handle, state, sent } = bench(({ path }) =>
      path === 'b' ? fail('storage-rejected')() : skipped('backup-leased'),
    );
    state.isRecordAway = true;
    expect(await handle([event('a'), event('b')])).toEqual(['sent', 'sent']);
    expect(state.records).toBe(1);
    expect(sent.map(({ history }) => history.lastError?.code)).toEqual([
      'storage-rejected',
      'storage-unavailable',
    ]);
  });

  it('becomes a dead letter after that without a second try', async () => {
    const { handle, state } = bench(() => skipped('backup-leased'));
    state.isRecordAway = true;
    const old = { 'blobmirror-attempts': 50, 'blobmirror-first-seen': '2026-11-20T12:00:00Z' };
    expect(await handle(event('a'), old)).toEqual(['dead-lettered']);
    expect(state.records).toBe(1);
  });
});

describe('a message that cannot be sent', () => {
  function unsendable(record: (paths: readonly string[]) => Promise<void>) {
    const acts: string[] = [];
    const queue = deadLetterUnsendable(
      {
        sendLater: async () => await Promise.reject(new TypeError('not to be sent')),
        deadLetter: async () => {
          await Promise.resolve();
          acts.push('dead-lettered');
        },
      },
      createSilentLogger(),
      {
        scope: createScope('sourceaccount'),
        unprotected: {
          ...NOTHING_RECORDED,
          record: async (left) => {
            await record(left.map(({ path }) => path));
            acts.push(...left.map(({ path, reason }) => `recorded ${path} ${reason}`));
          },
        },
      },
    );
    const send = async (body: unknown) => {
      const history = readHistory({
        body,
        messageId: 'm',
        enqueuedTime: NOW,
        deliveryCount: 1,
        applicationProperties: {},
      });
      await queue.sendLater({ messageId: 'm', event: body, history }, 0);
    };
    return { acts, send };
  }

  it('has the keys of its events on record before it is a dead letter', async () => {
    const { acts, send } = unsendable(async () => {});
    await send([event('a'), event('b')]);
    expect(acts).toEqual(['recorded a unexpected', 'recorded b unexpected', 'dead-lettered']);
  });

  it('goes back while they cannot be recorded', async () => {
    const { acts, send } = unsendable(async () => {
      await Promise.reject(new BlobmirrorError('storage-unavailable', 'it is down'));
    });
    await expect(send(event('a'))).rejects.toMatchObject({ code: 'storage-unavailable' });
    expect(acts).toEqual([]);
  });
});

describe('a worker that dies between the record and the settlement', () => {
  it('leaves a record, and the message that comes again adds nothing', async () => {
    const documents = new MemoryDocuments().through(immediately);
    const open = () => createLedger({ documents, log: createSilentLogger(), now: () => NOW });
    const first = open();
    await first.record([{ container: 'photos' as never, path: 'a', reason: 'backup-leased' }]);
    const second = open();
    const intake = {
      scope: createScope('sourceaccount'),
      converge: async () => await Promise.resolve(skipped('backup-leased')),
      followRename: async () => await Promise.resolve('not renamed' as const),
      walk: async () => await Promise.resolve(undefined),
      queue: { sendLater: async () => {}, deadLetter: async () => {} },
      unprotected: second,
    };
    await handleMessage(intake, createSilentLogger(), {
      body: event('a'),
      messageId: 'm',
      enqueuedTime: NOW,
      deliveryCount: 2,
      applicationProperties: {},
    });
    expect((await open().refresh()).document?.keys).toMatchObject([{ path: 'a', since: NOW.toISOString() }]);
  });
});
