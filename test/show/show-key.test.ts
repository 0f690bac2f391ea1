import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../src/api/dead-letter.ts';
import type { ReportLine, Run } from '../../src/api/run.ts';
import { SKIP_HINTS } from '../../src/api/skip-hints.ts';
import { BlobmirrorError, ERRORS } from '../../src/model/errors.ts';
import { parseHistory, toProperties } from '../../src/model/hint-message.ts';
import { type Key, parseContainerName, parseKey } from '../../src/model/key.ts';
import { type ScopeRules, createScope } from '../../src/model/scope.ts';
import { addStamp } from '../../src/model/stamp.ts';
import { converge } from '../../src/mirror/converge.ts';
import { mapInspector } from '../../src/ports/account-decorators.ts';
import type { BrowsedMessage } from '../../src/ports/dead-letter-queue.ts';
import { type ShowParts, showKey } from '../../src/show/show-key.ts';
import { eventGridEvent } from '../events/samples.ts';
import { createMemoryAccount, createMemoryInspector } from '../memory/memory-account.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { createLedger } from '../../src/unprotected/ledger.ts';
import { findRecorded } from '../../src/unprotected/list-unprotected.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { aRun } from '../support/a-run.ts';
import { KEY } from '../support/keys.ts';
import { POLICY } from '../support/memory-pair.ts';

const NOW = new Date('2026-11-25T12:00:00Z');

const away = async (): Promise<never> => {
  await Promise.resolve();
  throw new BlobmirrorError('storage-unavailable', 'it did not answer');
};
const failing = { [Symbol.asyncIterator]: () => ({ next: away }) };
const never = async (): Promise<never> => await new Promise(() => undefined);

function bench(rules: Partial<ScopeRules> = {}) {
  const source = createMemoryAccount('sourceaccount');
  const backup = createMemoryAccount('backupaccount', undefined, source);
  source.addContainer(KEY.container);
  const state = {
    waiting: [] as BrowsedMessage[],
    letters: [] as DeadLetter[],
    runs: [] as Run[],
    lines: [] as ReportLine[],
  };
  const scope = createScope('sourceaccount', rules);
  const documents = new MemoryDocuments().through(immediately);
  const parts: ShowParts = {
    source: createMemoryInspector(source),
    backup: mapInspector(createMemoryInspector(backup), scope),
    scope,
    policy: POLICY,
    isHierarchical: async () => await Promise.resolve(false),
    events: {
      browse: async function* () {
        yield await Promise.resolve(state.waiting);
      },
    },
    listDeadLetters: async function* () {
      yield* await Promise.resolve(state.letters);
    },
    runs: {
      mirror: '',
      list: async () => await Promise.resolve(state.runs),
      report: async function* () {
        yield* await Promise.resolve(state.lines.map((line) => JSON.stringify(line)));
      },
    },
    findRecorded: async (key) => await findRecorded(documents, key),
    now: () => NOW,
  };
  return {
    ledger: createLedger({ documents, log: createSilentLogger(), now: () => NOW }),
    source,
    backup,
    state,
    parts,
    mirror: async () => await converge({ source, backup, policy: POLICY }, KEY),
    show: async (key: Key = KEY, other: Partial<ShowParts> = {}) =>
      await showKey({ ...parts, ...other }, key),
  };
}

function message(type: string, path: string, data: Record<string, unknown> = {}): BrowsedMessage {
  const subject = `/blobServices/default/containers/photos/blobs/${path}`;
  return {
    sequenceNumber: '1',
    messageId: 'm',
    state: 'active',
    enqueuedAt: NOW,
    deliveryCount: 0,
    body: eventGridEvent({ type: `Microsoft.Storage.${type}`, subject, data }),
    applicationProperties: toProperties(parseHistory({}, 'm', NOW)),
  };
}

describe('a key that is shown', () => {
  it('is in step, with both sides, the stamp and the decision of the mirror core', async () => {
    const { source, mirror, show } = bench();
    const etag = source.put(KEY, { content: 'cat' });
    await mirror();
    expect(await show()).toMatchObject({
      at: NOW.toISOString(),
      ...KEY,
      verdict: { state: 'in-step' },
      scope: { isMirrored: true, backupContainer: 'photos' },
      source: { account: 'sourceaccount', state: 'present', kind: 'block', size: 3, etag },
      backup: { account: 'backupaccount', state: 'present', stamp: { account: 'sourceaccount', etag } },
      decision: { action: 'nothing' },
      differences: [],
      waiting: { count: 0, isComplete: true },
      deadLetters: { count: 0, isComplete: true },
      lastFullSync: { run: null, lines: [] },
      unprotected: { keys: [], isComplete: true },
    });
  });

  it('says what differs, what a check would do, and what has it checked, without writing', async () => {
    const { source, backup, show, state } = bench();
    source.put(KEY, { content: 'cat' });
    expect((await show()).verdict).toEqual({
      state: 'differs',
      detail: 'missing-on-backup; a check copies it',
      hint: 'Nothing waits for it. A full sync repairs it: blobmirror reconcile --container photos --prefix "cat.jpg"',
    });
    state.waiting = [message('BlobCreated', KEY.path)];
    expect(await show()).toMatchObject({
      decision: { action: 'copy' },
      verdict: { hint: 'A message that waits in the queue has it checked.' },
    });
    expect(backup.containers.size).toBe(0);
  });

  it('names why the mirror core leaves it as it is, and what to do', async () => {
    const { backup, show } = bench();
    backup.addContainer(KEY.container);
    backup.put(KEY, { content: 'of somebody' });
    expect((await show()).verdict).toEqual({
      state: 'differs',
      detail: 'extra-on-backup; a check leaves it as it is (backup-foreign)',
      reason: 'backup-foreign',
      hint: expect.stringContaining('was not made by Blobmirror') as string,
    });
    const kept = await show(KEY, { policy: { ...POLICY, deletes: 'keep' } });
    expect(kept.verdict.state).toBe('in-step');
  });

  it('finds what no check sees: a change of the backup beside its stamp', async () => {
    const { source, backup, mirror, show } = bench();
    source.put(KEY, { content: 'cat' });
    await mirror();
    const there = await backup.read(KEY);
    if (!there.present || there.kind === 'directory' || there.stamp === undefined)
      throw new Error('not mirrored');
    await backup.restamp({ key: KEY, metadata: addStamp({ added: '1' }, there.stamp), ifMatch: there.etag });
    expect(await show()).toMatchObject({
      decision: { action: 'nothing' },
      differences: [{ difference: 'metadata', name: 'added' }],
      verdict: { state: 'differs', hint: expect.stringContaining('Delete the blob there') as string },
    });
  });

  it('is neither in step nor missing where neither account has it', async () => {
    expect((await bench().show()).verdict.state).toBe('absent');
  });

  it.each<[string, Partial<ScopeRules>, Key, string]>([
    [
      'an excluded container',
      { containers: { include: [], exclude: ['pho*'] } },
      KEY,
      'BLOBMIRROR_EXCLUDE_CONTAINERS excludes it by "pho*"',
    ],
    [
      'a container that is not included',
      { containers: { include: ['docs'], exclude: [] } },
      KEY,
      'BLOBMIRROR_INCLUDE_CONTAINERS does not include it',
    ],
    [
      'a path',
      { paths: { include: [], exclude: [{ containers: '*', path: 'tmp/' }] } },
      parseKey('photos', 'tmp/a'),
      'BLOBMIRROR_EXCLUDE_PATHS excludes it by "*/tmp/"',
    ],
    [
      'a pattern',
      { patterns: { include: ['*.png'], exclude: [] } },
      KEY,
      'BLOBMIRROR_INCLUDE_PATTERNS does not include it',
    ],
    [
      'the mirror itself',
      {},
      parseKey('photos', '.blobmirror/trash'),
      'what is below .blobmirror belongs to',
    ],
  ])('is not mirrored, by the rule that says so: %s', async (_, rules, key, detail) => {
    const { verdict, scope } = await bench(rules).show(key);
    expect(verdict).toEqual({ state: 'not-mirrored', detail: expect.stringContaining(detail) as string });
    expect(scope).toMatchObject({ isMirrored: false, exclusion: verdict.detail });
  });

  it('says so when its container has no name on the backup', async () => {
    const { show } = bench({
      names: { prefix: '', map: new Map([[parseContainerName('docs'), parseContainerName('photos')]]) },
    });
    expect(await show()).toMatchObject({
      verdict: { state: 'differs', reason: 'container-not-mappable' },
      scope: { backupContainer: null },
    });
  });

  it.each(['refuses', 'hangs'])('is unknown while an account %s, and tells the rest', async (how) => {
    const { parts, source, show, state } = bench();
    source.put(KEY, { content: 'cat' });
    state.waiting = [message('BlobCreated', KEY.path)];
    const backup = { ...parts.backup, read: how === 'hangs' ? never : away };
    expect(await show(KEY, { backup, answerWithinMs: 20 })).toMatchObject({
      verdict: { state: 'unknown', reason: 'storage-unavailable' },
      source: { state: 'present' },
      backup: { account: 'backupaccount', isUnknown: true, code: 'storage-unavailable' },
      decision: null,
      differences: null,
      waiting: { count: 1 },
    });
  });

  it('that is not mirrored is so while an account is away, too', async () => {
    const { show, parts } = bench({ containers: { include: [], exclude: [KEY.container] } });
    expect((await show(KEY, { source: { ...parts.source, read: away } })).verdict).toMatchObject({
      state: 'not-mirrored',
    });
  });

  it('tells an unexpected error without its text, which may hold a secret', async () => {
    const { show, parts } = bench();
    const read = async () => await Promise.reject(new TypeError('sig=secret'));
    const shown = await show(KEY, { source: { ...parts.source, read } });
    expect(JSON.stringify(shown)).not.toContain('secret');
    expect(shown.verdict).toMatchObject({ state: 'unknown', reason: 'unexpected' });
    expect(shown.source).toEqual({
      account: 'sourceaccount',
      isUnknown: true,
      code: 'unexpected',
      detail: 'an unexpected error',
    });
  });

  it('tells what could not be read of the queues and the state as unknown, not as nothing', async () => {
    const { show, source, mirror } = bench();
    source.put(KEY, { content: 'cat' });
    await mirror();
    const shown = await show(KEY, {
      events: { browse: () => ({ [Symbol.asyncIterator]: () => ({ next: away }) }) },
      listDeadLetters: () => ({ [Symbol.asyncIterator]: () => ({ next: away }) }),
      findRecorded: away,
      runs: { mirror: '', list: away, report: () => ({ [Symbol.asyncIterator]: () => ({ next: away }) }) },
    });
    const unknown = { isUnknown: true, code: 'storage-unavailable', detail: 'it did not answer' };
    expect(shown).toMatchObject({
      waiting: unknown,
      deadLetters: unknown,
      lastFullSync: unknown,
      unprotected: unknown,
    });
    expect(shown.verdict.state).toBe('in-step');
  });
});

describe('what waits for a key', () => {
  it('is every message that names it, a directory above it for all below, or holds it', async () => {
    const { show, state } = bench();
    const key = parseKey('photos', 'a/b/cat.jpg');
    const held = [{ key, reason: 'source-still-written' }] as const;
    const history = { ...parseHistory({}, 'm', NOW), mirrored: true, looks: 2, held };
    state.waiting = [
      message('BlobCreated', 'a/b/cat.jpg'),
      message('BlobCreated', 'a/b/other.jpg'),
      message('DirectoryDeleted', 'a', { recursive: 'true' }),
      message('BlobCreated', 'a/b'),
      {
        ...message('BlobCreated', 'a/b/cat.jpg'),
        state: 'scheduled',
        scheduledFor: NOW,
        applicationProperties: toProperties(history),
      },
    ];
    const { waiting } = await show(key);
    expect(waiting).toMatchObject({ count: 3, read: 5, isComplete: true });
    expect(waiting.isUnknown === true ? [] : waiting.messages).toMatchObject([
      { state: 'active', event: 'Microsoft.Storage.BlobCreated', attempts: 0 },
      { event: 'Microsoft.Storage.DirectoryDeleted' },
      { state: 'scheduled', heldFor: 'source-still-written', isRecheck: true },
    ]);
  });

  it('says so where the queue is too long to be searched', async () => {
    const { source, show, state } = bench();
    source.put(KEY, { content: 'cat' });
    // A page whose messages nobody has to make: they are about other keys.
    const page = { length: 100_000, [Symbol.iterator]: () => [][Symbol.iterator]() };
    state.waiting = page as unknown as BrowsedMessage[];
    const { waiting, verdict } = await show();
    expect(waiting).toMatchObject({ count: 0, read: 100_000, isComplete: false });
    // Nothing is said of what waits: something may.
    expect(verdict.hint).toBeUndefined();
  });
});

it('a key comes with its dead letters, and with what the last full sync that covered it said', async () => {
  const { show, state } = bench();
  const letter = { id: 'events:1', code: 'storage-rejected', ...KEY } as Partial<DeadLetter> as DeadLetter;
  state.letters = [{ ...letter, path: 'other' }, letter];
  const run = (id: string, changes: Partial<Run>): Run => ({
    ...aRun({ state: 'done', ...changes }),
    id: id as never,
  });
  const request = aRun().request;
  state.runs = [
    run('under way', { state: 'comparing' }),
    run('of other settings', { mirror: 'other' }),
    run('dry', { request: { ...request, dryRun: true } }),
    run('elsewhere', { request: { ...request, container: parseContainerName('docs') } }),
    run('other paths', { request: { ...request, container: KEY.container, prefix: 'x' } }),
    run('this', {}),
  ];
  const line: ReportLine = { ...KEY, verdict: 'skipped', reason: 'backup-leased' };
  state.lines = [{ ...line, path: 'other' }, line, { ...line, path: '', verdict: 'failed' }];
  expect(await show()).toMatchObject({
    deadLetters: { count: 1, letters: [{ id: 'events:1' }] },
    lastFullSync: { run: { id: 'this' }, lines: [line, { path: '' }], isComplete: true },
  });
});

it('a key comes with what the record of unprotected keys says of it, and of what it is in', async () => {
  const { show, ledger } = bench();
  const { container } = KEY;
  await ledger.record([
    { ...KEY, reason: 'backup-leased' },
    { container, path: 'cat', below: true, reason: 'rename-incomplete' },
    { container, path: 'ca', reason: 'backup-immutable' },
    { container, path: '', reason: 'access-not-permitted' },
    { container: parseContainerName('docs'), path: KEY.path, reason: 'backup-leased' },
  ]);
  const { unprotected } = await show();
  const reasons = unprotected.isUnknown === true ? [] : unprotected.keys.map(({ reason }) => reason);
  expect(reasons.toSorted()).toEqual(['access-not-permitted', 'backup-leased', 'rename-incomplete']);
  expect(unprotected).toMatchObject({ isComplete: true });
});

describe('a key that differs and was left before', () => {
  const left = (reason: string) => ({
    state: 'differs',
    detail: expect.stringContaining(`missing-on-backup; a check copies it; `) as string,
    reason,
  });

  it('leads with the reason on record and what to do about it, not with a full sync that leaves it again', async () => {
    const { source, show, ledger, state } = bench();
    source.put(KEY, { content: 'cat' });
    await ledger.record([{ ...KEY, reason: 'backup-leased' }]);
    expect(await show()).toMatchObject({
      decision: { action: 'copy', stoppedBy: 'backup-leased' },
      verdict: {
        ...left('backup-leased'),
        detail: 'missing-on-backup; a check copies it; the last check was stopped: backup-leased',
        hint: SKIP_HINTS['backup-leased'],
      },
    });
    state.waiting = [message('BlobCreated', KEY.path)];
    expect((await show()).verdict.hint).toBe(
      `${SKIP_HINTS['backup-leased']} A message that waits in the queue has it checked.`,
    );
  });

  it('does not take an event that was dropped for a check', async () => {
    const { source, show, ledger } = bench();
    source.put(KEY, { content: 'cat' });
    await ledger.record([{ ...KEY, reason: 'out-of-scope-here' }]);
    const { decision, verdict } = await show();
    expect(decision).toEqual({ action: 'copy' });
    expect(verdict.detail).toContain('it is on record: out-of-scope-here');
    expect(verdict.hint).toBe(SKIP_HINTS['out-of-scope-here']);
  });

  it('leads with the reason of the key itself before that of a directory it is in', async () => {
    const { source, show, ledger } = bench();
    source.put(KEY, { content: 'cat' });
    await ledger.record([
      { container: KEY.container, path: 'cat', below: true, reason: 'rename-incomplete' },
      { ...KEY, reason: 'backup-leased' },
    ]);
    expect((await show()).verdict.reason).toBe('backup-leased');
  });

  it('takes no reason from the access of the root directory', async () => {
    const { source, show, ledger } = bench();
    source.put(KEY, { content: 'cat' });
    await ledger.record([{ container: KEY.container, path: '', reason: 'access-not-permitted' }]);
    expect((await show()).verdict.hint).toContain('A full sync repairs it');
  });

  it('names its dead letter, or what the last full sync that covered it met', async () => {
    const { source, show, state } = bench();
    source.put(KEY, { content: 'cat' });
    state.runs = [aRun({ state: 'done' })];
    state.lines = [
      { container: KEY.container, path: '', verdict: 'failed', code: 'storage-forbidden' },
      { ...KEY, verdict: 'skipped', reason: 'backup-immutable' },
    ];
    expect(await show()).toMatchObject({
      decision: { stoppedBy: 'backup-immutable' },
      verdict: { ...left('backup-immutable'), hint: SKIP_HINTS['backup-immutable'] },
    });
    state.lines = [{ ...KEY, verdict: 'failed', code: 'storage-throttled' }];
    expect((await show()).verdict.hint).toMatch(/^The account asked for fewer .+ A full sync repairs it: /);
    state.letters = [{ code: 'storage-rejected', ...KEY } as Partial<DeadLetter> as DeadLetter];
    expect((await show()).verdict).toMatchObject({
      ...left('storage-rejected'),
      hint: ERRORS['storage-rejected'].hint,
    });
  });

  it('does not promise a repair where what stopped the last check is not known', async () => {
    const { source, show } = bench();
    source.put(KEY, { content: 'cat' });
    for (const other of [{ findRecorded: away }, { listDeadLetters: () => failing }])
      expect((await show(KEY, other)).verdict.hint).toBe(
        'Nothing waits for it. Whether something stopped the last check is not known. A full sync tries it: blobmirror reconcile --container photos --prefix "cat.jpg"',
      );
  });
});
