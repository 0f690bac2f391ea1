import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/api/finding.ts';
import { BlobmirrorError, type ErrorCode } from '../../src/model/errors.ts';
import { parseContainerName } from '../../src/model/key.ts';
import { createScope } from '../../src/model/scope.ts';
import type { AccountProbe, QueueProbe } from '../../src/ports/probes.ts';
import { type SetUp, checkSetUp } from '../../src/setup-check/check-set-up.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';

const NOW = new Date();

const reject = (code: ErrorCode, service?: string) => async (): Promise<never> =>
  await Promise.reject(
    new BlobmirrorError(code, `it failed with ${service ?? code}`, {
      ...(service && { context: { service } }),
    }),
  );

/** A set-up in which all is well, with changes, and every request that the checks make, in order. */
function scene({
  onSource = {},
  onBackup = {},
  ...changes
}: Partial<SetUp> & { onSource?: Partial<AccountProbe>; onBackup?: Partial<AccountProbe> } = {}) {
  const asked: string[] = [];
  const acts = (of: string, own: Readonly<Record<string, unknown>>) =>
    new Proxy(own, {
      get: (_, name: string) =>
        typeof own[name] === 'function'
          ? async (...args: readonly string[]): Promise<unknown> => {
              asked.push([of, name, ...args].join(' '));
              return await (own[name] as (...given: readonly string[]) => Promise<unknown>)(...args);
            }
          : own[name],
    });
  const account = (name: string, changed: Partial<AccountProbe>): AccountProbe =>
    acts(name, {
      account: name,
      by: 'identity',
      containers: async () => await Promise.resolve(['$logs', 'photos']),
      kind: async () => await Promise.resolve('hierarchical'),
      read: async () => {},
      readTags: async () => {},
      makeContainer: async () => {},
      write: async () => {},
      writeTags: async () => {},
      writeAccess: async () => {},
      delegate: async () => {},
      softDeleteDays: async () => await Promise.resolve(14),
      clockAheadMs: async () => await Promise.resolve(0),
      ...changed,
    }) as unknown as AccountProbe;
  const queue = (name: string): QueueProbe =>
    acts(name, {
      queue: name,
      receive: async () => {},
      send: async () => {},
      properties: async () => await Promise.resolve(undefined),
      clockAheadMs: async () => await Promise.resolve(0),
    }) as unknown as QueueProbe;
  const checked = (probe: AccountProbe) => ({
    probe,
    newestVersion: '2026-10-06',
    versionStatus: () => ({ refused: undefined, spoken: undefined, isTaken: true, isRefusedWhole: false }),
  });
  const [source, backup] = [account('photos1', onSource), account('copies1', onBackup)];
  const documents = new MemoryDocuments().through(immediately);
  const setUp: SetUp = {
    source: checked(source),
    backup: checked(backup),
    state: { documents, probe: backup, container: parseContainerName('state'), isOnBackup: true },
    queues: { events: queue('events'), reconcile: queue('shards') },
    scope: createScope('photos1'),
    identity: {
      mirror: 'copies1/photos1/default',
      detectSwap: async () => await Promise.resolve({ kind: 'clear' }),
      refuseAnother: async () => {},
    },
    namespace: 'auto',
    needs: { tags: true, access: true, serverCopy: true },
    historyDays: undefined,
    canary: undefined,
    probeServerCopy: async () => await Promise.resolve(true),
    readLastMirrored: async () => await Promise.resolve(NOW),
    readWorkers: async () => await Promise.resolve([{ seenAt: NOW }]),
    readPause: async () => await Promise.resolve(undefined),
    ...changes,
  };
  const check = async (): Promise<Readonly<Record<string, Finding>>> =>
    Object.fromEntries((await Array.fromAsync(checkSetUp(setUp))).map((each) => [each.check, each]));
  return { asked, check, documents };
}

const notOk = (findings: Readonly<Record<string, Finding>>) =>
  Object.fromEntries(
    Object.values(findings)
      .filter(({ status }) => status !== 'ok')
      .map(({ check, status }) => [check, status]),
  );

describe('a set-up in which all is well', () => {
  it('is asked for every right that the mirror needs, in both accounts and both queues', async () => {
    const { asked, check, documents } = scene();
    // Their properties are kept from us here.
    const unread = { 'events-queue-properties': 'unknown', 'reconcile-queue-properties': 'unknown' };
    expect(notOk(await check())).toEqual(unread);
    expect(asked).toEqual(
      expect.arrayContaining([
        ...['read photos', 'readTags photos', 'delegate', 'clockAheadMs'].map((act) => `photos1 ${act}`),
        ...['write state', 'makeContainer state', 'writeTags state', 'writeAccess state', 'clockAheadMs'].map(
          (act) => `copies1 ${act}`,
        ),
        ...['receive', 'send', 'clockAheadMs'].map((act) => `events ${act}`),
        ...['receive', 'send'].map((act) => `shards ${act}`),
      ]),
    );
    expect(asked.filter((act) => act.startsWith('photos1 write'))).toEqual([]);
    expect((await Array.fromAsync(documents.list(''))).flat()).toEqual([]);
  });

  it('is not asked for what its settings and its kind do not need', async () => {
    const { asked, check } = scene({
      needs: { tags: false, access: true, serverCopy: false },
      onSource: { kind: async () => await Promise.resolve('flat') },
      onBackup: { kind: async () => await Promise.resolve('flat') },
      probeServerCopy: reject('unexpected'),
    });
    expect(Object.keys(await check())).not.toContain('copy');
    expect(asked.filter((act) => /Tags|Access|delegate/.test(act))).toEqual([]);
  });

  it('signs nothing with a key', async () => {
    const { asked, check } = scene({ onSource: { by: 'key' } });
    await check();
    expect(asked).not.toContain('photos1 delegate');
  });
});

describe('a set-up whose accounts', () => {
  it('are swapped is touched by no other check', async () => {
    const { asked, check } = scene({
      identity: {
        mirror: 'm',
        detectSwap: reject('accounts-swapped'),
        refuseAnother: async () => {},
      },
    });
    expect(notOk(await check())).toEqual({ swapped: 'problem' });
    expect(asked).toEqual([]);
  });

  it('could not be looked at for a swap is checked, and that is unknown', async () => {
    const { check } = scene({
      identity: {
        mirror: 'm',
        detectSwap: async () => await Promise.resolve({ kind: 'unknown' }),
        refuseAnother: async () => {},
      },
    });
    expect(notOk(await check())).toMatchObject({ swapped: 'unknown' });
  });

  it.each(['onSource', 'onBackup'] as const)('do not answer are asked for nothing else: %s', async (side) => {
    const { asked, check } = scene({ [side]: { containers: reject('storage-unavailable') } });
    const name = side === 'onSource' ? 'source' : 'backup';
    expect((await check())[`${name}-list`]).toMatchObject({
      status: 'problem',
      detail: 'it failed with storage-unavailable',
      fix: expect.stringContaining('az storage account show') as string,
    });
    const account = side === 'onSource' ? 'photos1' : 'copies1';
    expect(asked.filter((act) => new RegExp(`^${account} (?:read|write|delegate|make)`).test(act))).toEqual(
      [],
    );
  });

  it('have no container yet are unknown as far as those are needed', async () => {
    const none = async () => await Promise.resolve([]);
    const documents = new MemoryDocuments().through(immediately);
    const { check } = scene({
      onSource: { containers: none },
      onBackup: { containers: none },
      state: {
        documents,
        probe: { account: 'third', by: 'key' } as AccountProbe,
        container: parseContainerName('state'),
        isOnBackup: false,
      },
    });
    expect(notOk(await check())).toMatchObject({ 'source-read': 'unknown', 'backup-write': 'unknown' });
  });
});

describe('what is not permitted', () => {
  it('is a problem, and for access a warning', async () => {
    const forbidden = reject('storage-forbidden', 'AuthorizationPermissionMismatch');
    const { check } = scene({
      onSource: { read: forbidden, readTags: forbidden, delegate: forbidden },
      onBackup: { makeContainer: forbidden, writeTags: forbidden, writeAccess: forbidden },
      probeServerCopy: forbidden,
    });
    expect(notOk(await check())).toMatchObject({
      'source-read': 'problem',
      'source-tags': 'problem',
      'source-delegation': 'problem',
      'backup-containers': 'problem',
      'backup-tags': 'problem',
      'backup-access': 'warning',
      copy: 'problem',
    });
  });
});

describe('the canary', () => {
  const canary = parseContainerName('canary');

  it('has its container created where it is not there', async () => {
    let isThere = false;
    const { asked, check } = scene({
      canary,
      onSource: {
        write: async () => {
          if (!isThere) await reject('absence-not-proven', 'ContainerNotFound')();
        },
        makeContainer: async () => {
          isThere = await Promise.resolve(true);
        },
      },
    });
    expect((await check())['source-canary']?.status).toBe('ok');
    expect(asked.filter((act) => act.endsWith(' canary'))).toEqual([
      'photos1 write canary',
      'photos1 makeContainer canary',
      'photos1 write canary',
    ]);
  });

  it('that may not be written is a problem, and its container is not created', async () => {
    const { asked, check } = scene({
      canary,
      onSource: { write: reject('storage-forbidden', 'AuthorizationPermissionMismatch') },
    });
    expect((await check())['source-canary']).toMatchObject({
      status: 'problem',
      detail: expect.stringContaining('BLOBMIRROR_CANARY=off') as string,
    });
    expect(asked).not.toContain('photos1 makeContainer canary');
  });
});

describe('another mirror', () => {
  it.each([
    ['mirror-name-taken', 'problem', 'BLOBMIRROR_NAME=NAME'],
    ['queue-taken', 'problem', 'BLOBMIRROR_EVENTS_QUEUE=QUEUE'],
    // An outage says nothing of other mirrors.
    ['storage-unavailable', 'unknown', undefined],
  ] as const)('is told by %s as a %s', async (code, status, fix) => {
    const { check } = scene({
      identity: {
        mirror: 'm',
        detectSwap: async () => await Promise.resolve({ kind: 'clear' }),
        refuseAnother: reject(code),
      },
    });
    const { identity } = await check();
    expect(identity?.status).toBe(status);
    expect(identity?.fix ?? '').toContain(fix ?? '');
    expect(identity?.fix === undefined).toBe(fix === undefined);
  });
});

describe('a pause', () => {
  it.each([
    [
      async () => await Promise.resolve({ since: '2026-11-25', reason: 'a move' }),
      'warning',
      /since 2026-11-25: a move$/,
    ],
    [reject('storage-unavailable'), 'unknown', /it failed/],
  ] as const)('is told, and so is one that cannot be read', async (readPause, status, detail) => {
    const { paused } = await scene({ readPause }).check();
    expect(paused?.status).toBe(status);
    expect(paused?.detail).toMatch(detail);
  });
});
