import { beforeEach, describe, expect, it } from 'vitest';
import { readActivity } from '../../src/status/activity/read-activity.ts';
import { createActionTokens } from '../../src/http/action-guard.ts';
import { mirrorDigest } from '../../src/wiring/mirror-id.ts';
import { readSettings } from '../../src/config/settings.ts';
import { createPauseStore } from '../../src/pause/pause-store.ts';
import { ACKNOWLEDGED } from '../../src/deadletter/dead-letter-store.ts';
import { isCoveredBy, readMark } from '../../src/deadletter/dead-letter-mark.ts';
import { readDeadLetter } from '../../src/deadletter/read-dead-letter.ts';
import { parseMessage } from '../../src/events/parse-message.ts';
import { registerMirror } from '../../src/identity/register-mirror.ts';
import { locateDocuments } from '../../src/identity/mirror-documents.ts';
import type { MirrorFacts } from '../../src/identity/other-mirrors.ts';
import type { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { parseHistory } from '../../src/model/hint-message.ts';
import { keyText } from '../../src/model/key.ts';
import { mirrorId } from '../../src/model/mirror-id.ts';
import { parseShardMessage } from '../../src/model/shard-message.ts';
import type { RunId } from '../../src/model/run-id.ts';
import type { CompareShard } from '../../src/reconcile/shard.ts';
import type { BrowsedMessage } from '../../src/ports/dead-letter-queue.ts';
import type { DocumentStore } from '../../src/ports/document-store.ts';
import { NO_COUNTS } from '../../src/reconcile/counts.ts';
import { type Reconciler, createReconciler } from '../../src/reconcile/runs/reconciler.ts';
import { createRunHistory } from '../../src/reconcile/runs/run-history.ts';
import { createRunStore } from '../../src/reconcile/runs/run-store.ts';
import { CANARY, type CanaryDocument, toCanaryStatus } from '../../src/status/canary.ts';
import { HISTORY, type HistoryDocument, lastLive, toSamples } from '../../src/status/history.ts';
import { createScope } from '../../src/model/scope.ts';
import { createMemoryAccount } from '../memory/memory-account.ts';
import {
  type FormerMessage,
  readFormerDocuments,
  readFormerMessages,
} from '../fixtures/former-release/read-former-release.ts';
import { SETTINGS_OUT_OF_REACH } from '../support/settings-out-of-reach.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const SETTINGS = readSettings({ ...SETTINGS_OUT_OF_REACH, BLOBMIRROR_CANARY: 'on' });
const FACTS: MirrorFacts = {
  source: 'sourceaccount',
  backup: 'backupaccount',
  name: 'default',
  settings: mirrorDigest(SETTINGS),
  queues: { namespace: 'localhost', events: 'storage-events', reconcile: 'reconcile' },
};
/** Of a second mirror that shared the documents. */
const SECOND: MirrorFacts = {
  ...FACTS,
  source: 'thirdaccount',
  settings: 'of a third account',
  queues: { ...FACTS.queues, events: 'third-events', reconcile: 'third-reconcile' },
};
const UNDER_WAY = '2026-11-29T16-10-46Z-d0dd' as RunId;
const PROVEN = '2026-11-29T16-08-36Z-813c' as RunId;
/** A minute after it was stopped. */
const NOW = new Date('2026-11-29T16:12:00.000Z');
const MINUTES_BEFORE = new Date('2026-11-29T16:10:00.000Z');

let memory: MemoryDocuments;
let store: DocumentStore;
let own: DocumentStore;
let second: DocumentStore;

beforeEach(async () => {
  memory = await readFormerDocuments();
  store = memory.through(immediately);
  for (const facts of [FACTS, SECOND]) await registerMirror(store, facts, { now: NOW, isLookedAt: true });
  own = await locateDocuments(store, mirrorId(FACTS))();
  second = await locateDocuments(store, mirrorId(SECOND))();
});

function runsOf(documents: DocumentStore) {
  return createRunStore(documents, createSilentLogger(), FACTS.settings);
}

describe('what the release before has left', () => {
  it('is of settings that are told by the same digest, whatever a release has added to them', async () => {
    expect((await runsOf(own).read(PROVEN))?.mirror).toBe(FACTS.settings);
  });

  it('was paused, and stays paused for each mirror until that one is resumed', async () => {
    const pauses = createPauseStore(own);
    const paused = {
      since: '2026-11-29T16:10:54.394Z',
      by: 'operator@host',
      reason: 'the move to another release',
    };
    expect(await pauses.read()).toMatchObject({ paused, ended: [{ since: '2026-11-29T16:09:25.834Z' }] });
    expect(await pauses.resume()).toEqual(paused);
    expect((await pauses.read()).paused).toBeNull();
    expect((await createPauseStore(second).read()).paused).toEqual(paused);
  });

  it('holds with a name where the wish to pause was damaged when it was taken over', async () => {
    const damaged = await readFormerDocuments();
    damaged.stored.set('control/pause', { text: '{"paused":{"since"', version: 'cut off' });
    await registerMirror(damaged.through(immediately), FACTS, { now: NOW, isLookedAt: true });
    const documents = await locateDocuments(damaged.through(immediately), mirrorId(FACTS))();
    const pauses = createPauseStore(documents);
    const { paused } = await pauses.read();
    expect(paused).toMatchObject({ by: 'blobmirror' });
    expect(paused?.reason).toContain('document-damaged: the document control/pause is damaged');
    await pauses.resume();
    expect((await pauses.read()).paused).toBeNull();
  });

  it('proves what it proved, and shows its runs', async () => {
    const { runs, proof } = await createRunHistory(runsOf(own), FACTS.settings).read();
    expect(runs.map(({ id, state }) => [id, state])).toEqual([
      [UNDER_WAY, 'comparing'],
      ['2026-11-29T16-08-39Z-a37d', 'done'],
      ['2026-11-29T16-08-38Z-1cbc', 'done'],
      [PROVEN, 'done'],
    ]);
    expect(proof).toMatchObject({ run: PROVEN, excepted: { count: 0 } });
    // Those of the first are not the second's; one under two settings is nobody's.
    expect(await runsOf(second).ids()).toEqual(['2026-11-29T16-08-39Z-a37d']);
  });

  it('has its reports, line by line', async () => {
    const report = await Array.fromAsync(open(own).report(PROVEN));
    expect(report.map((line) => JSON.parse(line) as unknown)).toEqual([
      { container: 'photos', path: '2026/b.jpg', verdict: 'copied', bytes: 10 },
      { container: 'docs', path: 'stray.pdf', verdict: 'deleted' },
    ]);
  });

  it('has a run under way that is brought to its end by the shards in its queue, and none beside it', async () => {
    let reconciler = open(own);
    expect(await reconciler.start({ dryRun: false, allowDeletes: [], reason: 'timer' })).toEqual({
      running: UNDER_WAY,
    });
    const { reconcile } = await readFormerMessages();
    const walked: CompareShard[] = [];
    reconciler = open(own, walked);
    // What the messages claim beside the slice is no more believed than that of any other.
    for (const { body } of reconcile)
      await reconciler.handleShard({ ...(body as object), isWalked: true, from: 'z', prefix: 'zz' });
    expect(walked).toMatchObject([
      { shard: 'c2-0', from: 'f01', prefix: '', at: { source: 'f0131', backup: 'f0131' } },
      { shard: 'c2-1', to: 'f01', prefix: '', at: { source: 'f0099' } },
      { shard: 'c2', to: 'f0099', prefix: '', at: { source: 'f0095' } },
    ]);
    expect(walked.some(({ isWalked }) => isWalked)).toBe(false);
    expect(await reconciler.read(UNDER_WAY)).toMatchObject({ state: 'done', alerts: [] });
    // A worker of that release sees the same run.
    expect((await store.read(`reconcile/runs/${UNDER_WAY}`))?.value).toMatchObject({ state: 'done' });
    const { proof } = await createRunHistory(runsOf(own), FACTS.settings).read();
    expect(proof?.run).toBe(UNDER_WAY);
  });

  it('lets another mirror begin a run of its own meanwhile', async () => {
    expect(await open(second).start({ dryRun: false, allowDeletes: [], reason: 'timer' })).toMatchObject({
      started: { state: 'done' },
    });
    expect(await open(own).read(UNDER_WAY)).toMatchObject({ state: 'comparing' });
  });

  it('acknowledged one dead letter and not the other', async () => {
    const mark = await readMark(own, ACKNOWLEDGED);
    const letters = (await readFormerMessages()).deadEvents.map(toLetter);
    expect(letters.map((letter) => [letter.code, mark !== undefined && isCoveredBy(mark)(letter)])).toEqual([
      ['message-not-event', true],
      ['event-key-invalid', false],
    ]);
    expect(letters[1]).toMatchObject({ attempts: 1, replays: 0, lastError: { code: 'event-key-invalid' } });
  });

  it('remembers how it was doing: samples, activity and canary', async () => {
    const history = (await own.read(HISTORY))?.value as HistoryDocument;
    expect(toSamples(history)).toHaveLength(3);
    expect(lastLive(history)).toBeTypeOf('number');
    const activity = await readActivity(own, NOW);
    expect(activity.changes).toBeGreaterThan(200);
    const canary = (await own.read(CANARY))?.value as CanaryDocument;
    expect(toCanaryStatus(canary, NOW)).toMatchObject({ state: 'following', ageMs: 657 });
  });

  it('lets a page that is open go on', async () => {
    const token = await createActionTokens(store).issue();
    expect(await createActionTokens(own).isValid(token)).toBe(true);
  });
});

describe('messages of the release before', () => {
  it.each<[string, Partial<ReturnType<typeof parseHistory>>, string]>([
    [
      'photos/outage.jpg',
      {
        attempts: 2,
        parked: false,
        firstError: { code: 'storage-unavailable', detail: expect.any(String) as string },
      },
      'was tried twice',
    ],
    ['photos/log.txt', { attempts: 0, looks: 1, mirrored: true }, 'is looked at again'],
    ['photos/held.jpg', { attempts: 0, holds: 1 }, 'was put off in a pause'],
  ])('an event of %s is understood: it %s', async (key, history) => {
    const events = (await readFormerMessages()).events.map(readEvent);
    expect(events.find(({ keys }) => keys.includes(key))?.history).toMatchObject(history);
  });

  it('a replay that waits is one', async () => {
    const { events } = await readFormerMessages();
    const replay = events.at(-1);
    if (replay === undefined) throw new Error('there is a replay');
    const { history } = readEvent(replay);
    expect(history).toMatchObject({ replays: 1, attempts: 0, parked: false });
  });

  it('shards name their run, and the slice that is due', async () => {
    const { reconcile } = await readFormerMessages();
    expect(reconcile.map(({ body }) => parseShardMessage(body))).toMatchObject([
      { run: UNDER_WAY, shard: 'c2-0', slice: 1, holds: 1 },
      { run: UNDER_WAY, shard: 'c2-1', slice: 1 },
      { run: UNDER_WAY, shard: 'c2', slice: 3 },
    ]);
  });
});

function readEvent({ body, messageId, enqueuedTime, applicationProperties = {} }: FormerMessage) {
  const { hints } = parseMessage(body, new Date(enqueuedTime));
  return {
    keys: hints.flatMap((hint) => hint.keys.map(keyText)),
    history: parseHistory(applicationProperties, messageId, new Date(enqueuedTime)),
  };
}

function toLetter(message: FormerMessage, i: number) {
  const { enqueuedTime, deliveryCount, deadLetterReason, applicationProperties = {} } = message;
  const letter: BrowsedMessage = {
    sequenceNumber: String(i),
    messageId: message.messageId,
    state: 'active',
    enqueuedAt: new Date(enqueuedTime),
    deliveryCount,
    body: message.body,
    applicationProperties,
    ...(deadLetterReason !== undefined && { deadLetterReason }),
  };
  return readDeadLetter(letter, 'events', NOW);
}

/** Today's reconciler, for which everything is in step. */
function open(documents: DocumentStore, walked: CompareShard[] = []): Reconciler {
  const source = createMemoryAccount('sourceaccount');
  return createReconciler({
    source,
    backup: createMemoryAccount('backupaccount', immediately, source),
    scope: createScope('sourceaccount'),
    mirror: FACTS.settings,
    deletes: 'mirror',
    documents,
    queue: { send: async () => await Promise.resolve() },
    converge: async () => await Promise.reject(new Error('nothing is to be deleted')),
    compareSlice: async (shard) => {
      walked.push(shard);
      return await Promise.resolve({
        counts: NO_COUNTS,
        sample: [],
        listed: { source: 0, backup: 0 },
        extras: 0,
        mirroredExtras: 0,
      });
    },
    log: createSilentLogger(),
    now: () => MINUTES_BEFORE,
  });
}
