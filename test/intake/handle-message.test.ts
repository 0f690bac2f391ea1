import { describe, expect, it } from 'vitest';
import { handleMessage } from '../../src/intake/handle-message.ts';
import type { IncomingMessage } from '../../src/intake/incoming-message.ts';
import { PendingRechecks } from '../../src/intake/pending-rechecks.ts';
import { BlobmirrorError, type ErrorCode } from '../../src/model/errors.ts';
import { type HintMessage, type History, toProperties } from '../../src/model/hint-message.ts';
import { type Key, keyText, parseContainerName, parseKey } from '../../src/model/key.ts';
import { createScope } from '../../src/model/scope.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const TOPIC = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/';

function event(path: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    topic: `${TOPIC}sourceaccount`,
    subject: `/blobServices/default/containers/photos/blobs/${path}`,
    eventType: 'Microsoft.Storage.BlobCreated',
    eventTime: '2026-11-21T21:00:00Z',
    id: `id-${path}`,
    data: { api: 'PutBlob', url: `https://sourceaccount.blob.core.windows.net/photos/${path}` },
    dataVersion: '',
    metadataVersion: '1',
    ...changes,
  };
}

function createIntake(
  converge: (key: Key) => Verdict = () => ({ verdict: 'in-sync' }),
  pendingRechecks?: PendingRechecks,
) {
  const converged: string[] = [];
  const later: (HintMessage & { delayMs: number })[] = [];
  const dead: HintMessage[] = [];
  const log = createSilentLogger();
  const state = { queueFails: false };
  const send = async (take: () => void): Promise<void> => {
    await Promise.resolve();
    if (state.queueFails) throw new Error('the queue is gone');
    take();
  };
  return {
    state,
    converged,
    later,
    dead,
    log,
    handle: async (body: unknown, message: Partial<IncomingMessage> = {}) =>
      await handleMessage(
        {
          scope: createScope('sourceaccount', { containers: { include: [], exclude: ['private'] } }),
          converge: async (key) => {
            await Promise.resolve();
            converged.push(keyText(key));
            return converge(key);
          },
          followRename: async () => await Promise.resolve('not renamed' as const),
          walk: async () => await Promise.reject(new Error('none of these events has a prefix')),
          ...(pendingRechecks !== undefined && { pendingRechecks }),
          queue: {
            sendLater: async (hint, delayMs) => await send(() => later.push({ ...hint, delayMs })),
            deadLetter: async (hint) => await send(() => dead.push(hint)),
          },
        },
        log,
        {
          body,
          messageId: 'm1',
          enqueuedTime: new Date(),
          deliveryCount: 1,
          applicationProperties: {},
          ...message,
        },
      ),
  };
}

const failWith = (code: ErrorCode, retryAfterMs?: number) => (): never => {
  throw new BlobmirrorError(code, 'it failed', retryAfterMs === undefined ? {} : { retryAfterMs });
};

describe('a message with events', () => {
  it('converges the key of its event', async () => {
    const intake = createIntake();
    await intake.handle(event('cat.jpg'));
    expect(intake.converged).toEqual(['photos/cat.jpg']);
    expect([...intake.later, ...intake.dead]).toEqual([]);
  });

  it('says in the log what was mirrored, with its lag', async () => {
    const intake = createIntake(() => ({
      verdict: 'copied',
      created: true,
      bytes: 3,
      engine: 'memory',
      stamped: true,
    }));
    await intake.handle(event('cat.jpg'));
    expect(intake.log.lines).toContainEqual({
      level: 'info',
      message: 'mirrored',
      fields: expect.objectContaining({
        key: 'photos/cat.jpg',
        verdict: 'copied',
        bytes: 3,
        lagMs: expect.any(Number) as number,
      }) as never,
    });
  });

  it('converges the neighbours of a bad event, which alone goes to the dead-letter queue', async () => {
    const intake = createIntake();
    await intake.handle([event('a'), { no: 'event' }, event('b')]);
    expect(intake.converged).toEqual(['photos/a', 'photos/b']);
    expect(intake.dead).toHaveLength(1);
    expect(intake.dead[0]).toMatchObject({
      event: { no: 'event' },
      history: { parked: true, lastError: { code: 'message-not-event' } },
    });
  });
});

it('parts that are bad in different ways are dead letters with ids of their own, or the queue would drop one', async () => {
  const intake = createIntake();
  const nameless = { ...event('a'), subject: '', data: { api: 'PutBlob', url: '' } };
  await intake.handle([{ no: 'event' }, nameless]);
  expect(new Set(intake.dead.map(({ history }) => history.lastError?.code))).toEqual(
    new Set(['event-key-invalid', 'message-not-event']),
  );
  expect(new Set(intake.dead.map(({ messageId }) => messageId)).size).toBe(2);
});

describe('an event that is not for this mirror', () => {
  it.each([
    ['of an unknown type', event('a', { eventType: 'Microsoft.Storage.Unheard' }), 'event-type-unknown'],
    ['of another account', event('a', { topic: `${TOPIC}otheraccount` }), 'event-of-other-account'],
    [
      'of a container that is left out',
      event('a', {
        subject: '/blobServices/default/containers/private/blobs/a',
        data: { url: 'https://sourceaccount.blob.core.windows.net/private/a' },
      }),
      'event-out-of-scope',
    ],
  ])('%s is settled with a log line and no request', async (_what, body, code) => {
    const intake = createIntake();
    await intake.handle(body);
    expect(intake.converged).toEqual([]);
    expect([...intake.later, ...intake.dead]).toEqual([]);
    expect(intake.log.lines).toEqual([
      { level: 'info', message: 'event ignored', fields: expect.objectContaining({ code }) as never },
    ]);
  });

  it.each([
    ['no event', 'hello', 'message-not-event'],
    ['an event with no path', event('a', { subject: 'nonsense', data: {} }), 'event-key-invalid'],
  ])('%s goes to the dead-letter queue with code, detail and hint', async (_what, body, code) => {
    const intake = createIntake();
    await intake.handle(body);
    expect(intake.dead).toHaveLength(1);
    expect(intake.dead[0]?.history.lastError).toMatchObject({ code });
    expect(intake.dead[0]?.history.lastError?.hint).not.toBe('');
  });
});

describe('an event that fails', () => {
  it('comes back later, with what was learned, and is not completed before the queue has it (invariant 9)', async () => {
    const intake = createIntake(failWith('storage-unavailable'));
    await intake.handle(event('a'));
    expect(intake.later).toHaveLength(1);
    expect(intake.later[0]).toMatchObject({
      event: event('a'),
      messageId: 'm1.try.1.0.1',
      history: { root: 'm1', attempts: 1, parked: false },
    });

    intake.state.queueFails = true;
    await expect(intake.handle(event('a'))).rejects.toThrow('the queue is gone');
  });

  it('keeps the first sighting and counts on when it comes again', async () => {
    const intake = createIntake(failWith('storage-unavailable'));
    await intake.handle(event('a'));
    const [first] = intake.later;
    await intake.handle(event('a'), {
      messageId: 'm1.try.1.0.1',
      applicationProperties: toProperties(first?.history ?? ({} as never)),
    });
    expect(intake.later[1]).toMatchObject({
      messageId: expect.stringMatching(/^m1\.try\.2\.0\.1\.[0-9a-f]{6}$/) as string,
      history: { root: 'm1', attempts: 2, firstSeen: first?.history.firstSeen },
    });
  });

  it('says in the log which blob and which event it is about', async () => {
    const intake = createIntake(failWith('storage-unavailable'));
    const failing = event('a');
    await intake.handle(failing);
    expect(intake.log.lines[0]?.fields).toMatchObject({
      keys: ['photos/a'],
      event: failing['eventType'],
      eventId: failing['id'],
    });
    await intake.handle({ id: 'not-an-event' });
    expect(intake.log.lines[1]?.fields).toMatchObject({ code: 'message-not-event', eventId: 'not-an-event' });
  });

  it('is logged with where it was thrown when it is a defect, and only then', async () => {
    const defect = new TypeError('undefined is no function');
    const intake = createIntake(() => {
      throw defect;
    });
    await intake.handle(event('a'));
    expect(intake.log.lines[0]?.fields).toMatchObject({ code: 'unexpected', error: defect });
    const known = createIntake(failWith('storage-unavailable'));
    await known.handle(event('a'));
    expect(known.log.lines[0]?.fields).not.toHaveProperty('error');
  });

  it('waits at least as long as the service asked', async () => {
    const intake = createIntake(failWith('storage-throttled', 60_000));
    await intake.handle(event('a'));
    expect(intake.later[0]?.delayMs).toBeGreaterThanOrEqual(60_000);
  });

  it('is checked once more when the outcome of a write is unknown, after the longest request time (invariant 5)', async () => {
    let fails = true;
    const intake = createIntake(() => (fails ? failWith('write-outcome-unknown')() : { verdict: 'in-sync' }));
    const next = (): Partial<IncomingMessage> => {
      const { messageId = '', history } = intake.later.at(-1) ?? {};
      return { messageId, applicationProperties: toProperties(history ?? ({} as never)) };
    };
    await intake.handle(event('a'));
    expect(intake.later).toMatchObject([{ messageId: 'm1.try.1.0.1', history: { unsettled: true } }]);
    fails = false;
    await intake.handle(event('a'), next());
    expect(intake.later).toHaveLength(2);
    expect(intake.later[1]).toMatchObject({
      messageId: expect.stringMatching(/^m1\.look\.0\.1\.1\./) as string,
      delayMs: 600_000,
      history: { unsettled: false, mirrored: true },
    });
    await intake.handle(event('a'), next());
    expect(intake.later).toHaveLength(2);
  });

  it.each(['storage-unavailable', 'unexpected'] as const)(
    'is checked once more although its next tries failed with %s, which forget nothing (invariant 5)',
    async (code) => {
      const intake = createIntake(failWith(code));
      const history: History = {
        root: 'm1',
        attempts: 1,
        defects: 1,
        looks: 2,
        holds: 1,
        firstSeen: new Date('2026-11-30T01:02:03Z'),
        unsettled: true,
        blocked: true,
        mirrored: false,
        watch: undefined,
        held: [{ key: parseKey('photos', 'b'), reason: 'source-still-changing' }],
        walk: {
          prefix: { container: parseContainerName('photos'), path: 'a/' },
          source: undefined,
          backup: undefined,
        },
        parked: false,
        trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        replays: 3,
        lastError: { code: 'write-outcome-unknown', detail: 'first', hint: '' },
      };
      for (let i = 0; i < 2; i++) {
        const known = intake.later.at(-1)?.history ?? history;
        await intake.handle(event('a'), { applicationProperties: toProperties(known) });
      }
      expect(intake.later).toHaveLength(2);
      const { attempts: _attempts, defects: _defects, lastError: _lastError, ...kept } = history;
      for (const { history: next } of intake.later) {
        expect(next).toMatchObject({
          ...kept,
          firstError: { code: 'write-outcome-unknown', detail: 'first' },
        });
        expect(next.lastError?.code).toBe(code);
      }
      expect(intake.later.map(({ history: { attempts } }) => attempts)).toEqual([2, 3]);
    },
  );

  it('is checked once more when it is delivered again, since a worker may have died during a write (invariant 5)', async () => {
    const intake = createIntake();
    await intake.handle(event('a'), { deliveryCount: 2 });
    expect(intake.later).toMatchObject([{ messageId: 'm1.look.0.1.2', delayMs: 600_000 }]);
    await intake.handle(event('a'), { deliveryCount: 3 });
    expect(intake.later[1]?.messageId).toBe('m1.look.0.1.3');
  });

  it('shares no recheck with another message of its chain: the queue would drop the second one as a duplicate', async () => {
    let converge: () => Verdict = failWith('write-outcome-unknown');
    const intake = createIntake(() => converge());
    // Delivered twice, it begins two branches: the first delivery did not know what became of its write.
    await intake.handle(event('a'));
    const [later] = intake.later;
    converge = () => ({ verdict: 'in-sync' });
    await intake.handle(event('a'), { deliveryCount: 2 });
    await intake.handle(event('a'), {
      messageId: later?.messageId ?? '',
      applicationProperties: toProperties(later?.history ?? ({} as never)),
      deliveryCount: 2,
    });
    const rechecks = intake.later.slice(1).map(({ messageId }) => messageId);
    expect(rechecks).toHaveLength(2);
    expect(new Set(rechecks).size).toBe(2);
  });

  it('is not dead-lettered by an outage of hours (invariant 10)', async () => {
    const intake = createIntake(failWith('storage-unavailable'));
    const history = {
      root: 'm1',
      attempts: 400,
      looks: 0,
      firstSeen: new Date(Date.now() - 12 * 3_600_000),
      unsettled: false,
      mirrored: false,
      parked: false,
      lastError: undefined,
    };
    await intake.handle(event('a'), { applicationProperties: toProperties(history) });
    expect(intake.later).toHaveLength(1);
    expect(intake.later[0]?.delayMs).toBeLessThanOrEqual(300_000);
    expect(intake.dead).toEqual([]);
  });

  it('reaches the dead-letter queue in a bounded number of tries when it is poison (invariant 10)', async () => {
    const intake = createIntake(() => {
      throw new TypeError('x is undefined');
    });
    let message: Partial<IncomingMessage> = {};
    for (let tries = 1; intake.dead.length === 0; tries++) {
      expect(tries).toBeLessThanOrEqual(5);
      await intake.handle(event('a'), message);
      message = { applicationProperties: toProperties(intake.later.at(-1)?.history ?? ({} as never)) };
    }
    expect(intake.dead[0]?.history.lastError).toMatchObject({ code: 'unexpected', detail: 'x is undefined' });
  });

  it('remembers the error of its first try until a check succeeds', async () => {
    const codes: ErrorCode[] = ['storage-throttled', 'storage-unavailable', 'race-lost'];
    let failures = 0;
    const intake = createIntake(() => {
      const code = codes[failures++];
      return code === undefined ? { verdict: 'in-sync' } : failWith(code)();
    });
    let message: Partial<IncomingMessage> = {};
    for (const _ of codes) {
      await intake.handle(event('a'), message);
      const { history, messageId } = intake.later.at(-1) ?? ({} as never);
      message = { messageId, applicationProperties: toProperties(history) };
    }
    expect(intake.later.map(({ history }) => history.firstError?.code)).toEqual([
      undefined,
      'storage-throttled',
      'storage-throttled',
    ]);
    expect(message.applicationProperties).toMatchObject({
      'blobmirror-first-code': 'storage-throttled',
      'blobmirror-code': 'race-lost',
    });
    // A crash makes it look again after one that ended well.
    await intake.handle(event('a'), { ...message, deliveryCount: 2 });
    expect(intake.later.at(-1)?.history).toMatchObject({ firstError: undefined, attempts: 0 });
  });

  it('goes back to the queue while it is on its way to the dead-letter queue', async () => {
    const intake = createIntake(failWith('storage-rejected'));
    await intake.handle(event('a'));
    const parked = intake.dead[0];
    expect(parked?.messageId).toBe('m1.parked.1.0.1');
    await expect(
      intake.handle(event('a'), { applicationProperties: toProperties(parked?.history ?? ({} as never)) }),
    ).rejects.toThrow('parked');
  });

  it('is parked again, and its message completed, when it comes before it expires', async () => {
    const intake = createIntake(failWith('storage-rejected'));
    const enqueuedTime = new Date('2026-11-25T12:00:00Z');
    const expiresAt = new Date(enqueuedTime.getTime() + 1);
    await intake.handle(event('a'));
    for (let times = 1; times <= 5; times++) {
      const parked = intake.dead.at(-1);
      await intake.handle(parked?.event, {
        messageId: parked?.messageId ?? '',
        applicationProperties: toProperties(parked?.history ?? ({} as never)),
        enqueuedTime,
        expiresAt,
      });
      expect(intake.dead).toHaveLength(times + 1);
    }
    const [first, ...others] = intake.dead;
    for (const { event: same, history } of others)
      expect([same, history]).toMatchObject([
        first?.event,
        { parked: true, attempts: 1, lastError: first?.history.lastError },
      ]);
    expect(others.map(({ messageId }) => messageId.endsWith('.p1.p2.p3.p4.p5'))).toContain(true);
    // Duplicate detection would drop a second copy with the same id.
    expect(new Set(intake.dead.map(({ messageId }) => messageId)).size).toBe(6);
    const last = toProperties(intake.dead.at(-1)?.history ?? ({} as never));
    await expect(
      intake.handle(event('a'), { applicationProperties: last, enqueuedTime, expiresAt }),
    ).rejects.toThrow('parked');
  });

  it('is handled like any other where it says that it is parked, and does not expire', async () => {
    const intake = createIntake(failWith('storage-unavailable'));
    await intake.handle(event('a'), {
      applicationProperties: { 'blobmirror-parked': true },
      expiresAt: new Date('9999-12-31T23:59:59Z'),
    });
    expect([intake.dead, intake.later.map(({ history }) => history.parked)]).toEqual([[], [false]]);
  });

  it('has an id that Service Bus takes, however long the first one was', async () => {
    const intake = createIntake(failWith('storage-unavailable'));
    await intake.handle(event('a'), { messageId: 'm'.repeat(128) });
    expect(intake.later[0]?.messageId.length).toBeLessThanOrEqual(128);
  });
});

describe('a key that is rechecked', () => {
  const copied: Verdict = { verdict: 'copied', created: true, bytes: 3, engine: 'memory', stamped: true };
  const appended = event('log', {
    data: {
      api: 'PutBlob',
      blobType: 'AppendBlob',
      url: 'https://sourceaccount.blob.core.windows.net/photos/log',
    },
  });

  it.each([
    ['an append blob', appended],
    [
      'a page blob, which is created before it is written',
      event('log', {
        data: {
          api: 'PutBlob',
          blobType: 'PageBlob',
          url: 'https://sourceaccount.blob.core.windows.net/photos/log',
        },
      }),
    ],
    [
      'a copy of the service',
      event('log', {
        data: {
          api: 'CopyBlob',
          blobType: 'BlockBlob',
          url: 'https://sourceaccount.blob.core.windows.net/photos/log',
        },
      }),
    ],
    [
      'a file that the Data Lake endpoint made',
      event('log', {
        data: { api: 'CreateFile', url: 'https://sourceaccount.dfs.core.windows.net/photos/log' },
      }),
    ],
  ])('gets a second look after it was copied: %s', async (_what, body) => {
    const intake = createIntake(() => copied);
    await intake.handle(body);
    expect(intake.later).toHaveLength(1);
    expect(intake.later[0]).toMatchObject({
      messageId: 'm1.look.0.1.1',
      delayMs: 30_000,
      history: { looks: 1, attempts: 0, mirrored: true },
    });
    // How long after the event is not known of what changed without one.
    const look = { applicationProperties: toProperties(intake.later[0]?.history ?? ({} as never)) };
    await intake.handle(body, look);
    const mirrored = intake.log.lines.filter(({ message }) => message === 'mirrored');
    expect(mirrored.map(({ fields }) => typeof fields?.['lagMs'])).toEqual(['number', 'undefined']);
  });

  it('says so when it had nothing left to mirror, also of the tries that follow it', async () => {
    let fails = false;
    const intake = createIntake(() => (fails ? failWith('storage-unavailable')() : copied));
    await intake.handle(appended);
    fails = true;
    const look = toProperties(intake.later[0]?.history ?? ({} as never));
    await intake.handle(appended, { applicationProperties: look });
    expect(intake.later[1]?.history).toMatchObject({ attempts: 1, mirrored: true });
    expect(intake.later[1]?.history.firstSeen).toEqual(intake.later[0]?.history.firstSeen);
  });

  it('gets another one while it keeps moving, and none once it has come to rest', async () => {
    let verdict: Verdict = copied;
    const intake = createIntake((): Verdict => verdict);
    await intake.handle(appended);
    const look = {
      messageId: 'm1.look.0.1.1',
      applicationProperties: toProperties(intake.later[0]?.history ?? ({} as never)),
    };
    await intake.handle(appended, look);
    expect(intake.later.at(-1)).toMatchObject({
      messageId: expect.stringMatching(/^m1\.look\.0\.2\.1\./) as string,
      history: { root: 'm1', looks: 2 },
    });
    const last = (): Partial<IncomingMessage> => ({
      messageId: intake.later.at(-1)?.messageId ?? '',
      applicationProperties: toProperties(intake.later.at(-1)?.history ?? ({} as never)),
    });
    verdict = { verdict: 'in-sync' };
    await intake.handle(appended, last());
    expect(intake.later).toHaveLength(2);
    expect(intake.later.map(({ delayMs }) => delayMs)).toEqual([30_000, 60_000]);
  });

  it('and keeps changing is excepted by name while its recheck is due, and holds nothing back', async () => {
    const intake = createIntake(() => copied);
    await intake.handle(appended);
    expect(intake.later[0]?.history).toMatchObject({ mirrored: true, held: [] });
    const look = { applicationProperties: toProperties(intake.later[0]?.history ?? ({} as never)) };
    await intake.handle(appended, look);
    expect(intake.later[1]?.history).toMatchObject({
      mirrored: true,
      held: [{ key: { container: 'photos', path: 'log' }, reason: 'source-still-changing' }],
    });
  });

  it.each([
    ['source-still-written', 'content at the source, or an hour without any', 30_000],
    ['source-copy-pending', 'the end of the copy onto the source', 10_000],
  ] as const)(
    'and differs as yet is excepted by name, whatever the event was, and the log says what is waited for: %s',
    async (reason, waitsFor, nextLookMs) => {
      let verdict: Verdict = { verdict: 'skipped', reason };
      const intake = createIntake((): Verdict => verdict);
      await intake.handle(event('a'));
      expect(intake.later).toMatchObject([
        {
          delayMs: nextLookMs,
          history: { mirrored: true, held: [{ key: { container: 'photos', path: 'a' }, reason }] },
        },
      ]);
      expect(intake.log.lines).toMatchObject([
        {
          level: 'info',
          message: 'not mirrored yet',
          fields: { key: 'photos/a', reason, waitsFor, nextLookMs },
        },
      ]);
      // A try that fails keeps the name, and so does a pause.
      verdict = copied;
      const properties = toProperties(intake.later[0]?.history ?? ({} as never));
      expect(properties['blobmirror-held']).toBe(JSON.stringify([['photos', 'a', reason]]));
      await intake.handle(event('a'), { applicationProperties: properties });
      expect(intake.later[1]?.history).toMatchObject({ mirrored: true, held: [] });
    },
  );

  it('is remembered with its own reason, so that an older event is not left to a message that does not hold it', async () => {
    const rechecks = new PendingRechecks();
    const intake = createIntake(
      ({ path }) => (path === 'a' ? { verdict: 'skipped', reason: 'source-copy-pending' } : copied),
      rechecks,
    );
    const url = 'https://sourceaccount.blob.core.windows.net/photos/b';
    await intake.handle(event('a', { data: { api: 'CopyBlob', blobType: 'BlockBlob', url } }));
    expect(intake.converged.toSorted()).toEqual(['photos/a', 'photos/b']);
    const older = { time: new Date(0), root: 'm0' };
    const isLeft = (path: string) =>
      rechecks.hasNewer(parseKey('photos', path), older, 'source-copy-pending', new Date());
    expect([isLeft('a'), isLeft('b')]).toEqual([true, false]);
  });

  it('keeps the name of what it holds through tries that fail', async () => {
    let fails = false;
    const intake = createIntake(() =>
      fails ? failWith('storage-unavailable')() : { verdict: 'skipped', reason: 'source-still-written' },
    );
    await intake.handle(event('a'));
    fails = true;
    const { history, messageId } = intake.later[0] ?? ({} as never);
    await intake.handle(event('a'), { messageId, applicationProperties: toProperties(history) });
    expect(intake.later[1]?.history).toMatchObject({
      attempts: 1,
      mirrored: true,
      held: history.held ?? [],
      watch: history.watch ?? {},
    });
  });

  it('is left to a full sync, with a warning, where it has been waited for long enough', async () => {
    const intake = createIntake(() => ({ verdict: 'skipped', reason: 'source-still-written' }));
    let message: Partial<IncomingMessage> = {};
    for (let sent = 0; intake.later.length > sent || sent === 0;) {
      sent = intake.later.length;
      await intake.handle(event('a'), message);
      const { history, messageId } = intake.later.at(-1) ?? ({} as never);
      message = { messageId, applicationProperties: toProperties(history) };
      if (sent > 25) throw new Error('the looks never end');
    }
    expect(intake.converged).toHaveLength(20);
    expect(intake.log.lines.at(-1)).toMatchObject({
      level: 'warn',
      message: 'not mirrored',
      fields: { reason: 'source-still-written' },
    });
  });

  it('begins anew with a message that an older worker sent, which does not tell of earlier checks', async () => {
    const intake = createIntake(() => ({ verdict: 'in-sync' }));
    const { 'blobmirror-watch': _watch, ...old } = toProperties({
      root: 'm1',
      attempts: 0,
      looks: 3,
      firstSeen: new Date(),
      unsettled: false,
      mirrored: true,
      parked: false,
      lastError: undefined,
    });
    await intake.handle(appended, { applicationProperties: old });
    expect(intake.later).toMatchObject([{ messageId: 'm1.look.0.4.1', delayMs: 30_000 }]);
  });

  it('gets none when it is an ordinary blob', async () => {
    const intake = createIntake(() => copied);
    await intake.handle(event('a'));
    expect(intake.later).toEqual([]);
  });

  it('comes back at once when its copy has used up its time, and is not completed before the queue has it', async () => {
    const intake = createIntake(() => ({ verdict: 'unfinished', engine: 'blocks-from-url' }));
    await intake.handle(event('a'));
    expect(intake.later[0]).toMatchObject({
      event: event('a'),
      delayMs: 0,
      history: { looks: 1, attempts: 0, mirrored: false },
    });
    intake.state.queueFails = true;
    await expect(intake.handle(event('a'))).rejects.toThrow('the queue is gone');
  });
});
