import { createDocument } from '../../../src/documents/change-document.ts';
import { NO_RULES } from '../../support/no-rules.ts';
import { ACTIVITY_DOCUMENT } from '../../../src/status/activity/activity-document.ts';
import { readActivity } from '../../../src/status/activity/read-activity.ts';
import { WorkerActivity } from '../../../src/status/activity/worker-activity.ts';
import { createActionTokens } from '../../../src/http/action-guard.ts';
import { checkPause } from '../../../src/setup-check/check-state.ts';
import { describeRun, describeRuns } from '../../../src/cli/reconcile/describe-run.ts';
import { describeStatus } from '../../../src/cli/describe-status.ts';
import { trustClock } from '../../../src/clock/service-clock.ts';
import { createPauseStore } from '../../../src/pause/pause-store.ts';
import { ACKNOWLEDGED, createDeadLetterStore } from '../../../src/deadletter/dead-letter-store.ts';
import { advanceMark, isCoveredBy, readMark } from '../../../src/deadletter/dead-letter-mark.ts';
import { watchDeadLetters } from '../../../src/deadletter/watch-dead-letters.ts';
import { registerMirror } from '../../../src/identity/register-mirror.ts';
import type { MirrorFacts } from '../../../src/identity/other-mirrors.ts';
import { mirrorDocuments } from '../../../src/identity/mirror-documents.ts';
import { createMemoryAccount } from '../../memory/memory-account.ts';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { MemoryQueue, createMemoryShardQueue } from '../../memory/memory-queue.ts';
import { immediately } from '../../memory/schedule.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { parseContainerName, parseKey } from '../../../src/model/key.ts';
import { mirrorId } from '../../../src/model/mirror-id.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import type { Run } from '../../../src/api/run.ts';
import { documentsPrefix } from '../../../src/identity/registration.ts';
import { createScope } from '../../../src/model/scope.ts';
import { type Ledger, createLedger } from '../../../src/unprotected/ledger.ts';
import { readRecorded } from '../../../src/unprotected/list-unprotected.ts';
import { updateRecord } from '../../../src/unprotected/take-over-run.ts';
import type { Status } from '../../../src/api/status.ts';
import type { QueueBrowser } from '../../../src/ports/dead-letter-queue.ts';
import type { DocumentStore } from '../../../src/ports/document-store.ts';
import { type Reconciler, createReconciler } from '../../../src/reconcile/runs/reconciler.ts';
import { createRunHistory } from '../../../src/reconcile/runs/run-history.ts';
import { createRunStore } from '../../../src/reconcile/runs/run-store.ts';
import type { CompareSlice } from '../../../src/reconcile/slice.ts';
import { followCanary } from '../../../src/status/follow-canary.ts';
import { recordSample } from '../../../src/status/history.ts';
import { keepWaitingScan } from '../../../src/status/keep-waiting-scan.ts';
import { createStatusReader } from '../../../src/status/create-status-reader.ts';
import {
  createModelSlice,
  type Kind,
  type Model,
  toEntries,
} from '../../reconcile/runs/support/model-listing.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';

const FACTS: MirrorFacts = {
  source: 'sourceaccount',
  backup: 'backupaccount',
  name: 'default',
  settings: 'digest',
  queues: { namespace: 'localhost', events: 'storage-events', reconcile: 'reconcile' },
};
const KINDS: readonly Kind[] = ['same', 'changed', 'extra', 'missing', 'same', 'same', 'same', 'foreign'];
const MODEL: Model = new Map(
  ['docs', 'photos'].map((name) => [name, { entries: toEntries([...KINDS, ...KINDS]) }]),
);
const MINUTE = 60_000;
const ANY = { include: [], exclude: [] };
const ONE_MESSAGE = { maxMessages: 1, budgetMs: 60_000 };
/** Longer than what is read of it at once. */
const LONG_QUEUE: QueueBrowser = {
  browse: async function* ({ from = '0' } = {}) {
    for (let n = Number(from); n < 5; n++) {
      await Promise.resolve();
      yield [
        {
          sequenceNumber: String(n),
          messageId: `m${n}`,
          state: 'active',
          enqueuedAt: new Date(0),
          deliveryCount: 0,
          body: {},
          applicationProperties: {},
        },
      ];
    }
  },
};
const SPOKEN = { refused: undefined, spoken: undefined, isTaken: true, isRefusedWhole: false };

/** The names and texts of a state's documents, as stored, and the messages in the queue of full syncs. */
export interface Snapshot {
  readonly stored: ReadonlyMap<string, string>;
  readonly messages: readonly { readonly messageId: string; readonly body: unknown }[];
  readonly now: number;
  /** Runs that walked every key. */
  readonly walked: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * A mirror's own state and all its readers, in memory: nothing of it waits, and the test sets the time of
 * day. It records what full syncs list, so that it is known which run compared which key.
 */
export class StateWorld {
  readonly memory = new MemoryDocuments();
  readonly queue = new MemoryQueue();
  readonly log = createSilentLogger();
  /** Keys that the mirror core was asked to check. */
  readonly looks = new Set<string>();
  /** By run: the keys that its slices listed. */
  readonly walked = new Map<string, Set<string>>();
  readonly documents: DocumentStore;
  readonly reconciler: Reconciler;
  now = Date.parse('2026-11-25T12:00:00Z');
  readonly #store: DocumentStore;
  readonly #source = createMemoryAccount('sourceaccount');
  readonly #backup = createMemoryAccount('backupaccount');

  constructor(snapshot?: Snapshot) {
    for (const name of MODEL.keys())
      for (const account of [this.#source, this.#backup]) account.addContainer(parseContainerName(name));
    for (const [name, text] of snapshot?.stored ?? []) this.damage(name, text);
    for (const message of snapshot?.messages ?? []) this.queue.send(message);
    for (const [run, keys] of snapshot?.walked ?? []) this.walked.set(run, new Set(keys));
    this.now = snapshot?.now ?? this.now;
    this.#store = this.memory.through(immediately);
    this.documents = mirrorDocuments(this.#store, { prefix: documentsPrefix(mirrorId(FACTS)), former: {} });
    this.reconciler = createReconciler({
      source: this.#source,
      backup: this.#backup,
      scope: createScope('sourceaccount'),
      mirror: FACTS.settings,
      deletes: 'mirror',
      converge: async (key) => {
        this.looks.add(`${key.container}/${key.path}`);
        return await Promise.resolve({ verdict: 'deleted' as const });
      },
      compareSlice: this.#compare(),
      documents: this.documents,
      queue: createMemoryShardQueue(this.queue, immediately),
      log: this.log,
      now: () => new Date(this.now),
    });
  }

  get snapshot(): Snapshot {
    const waiting = [...this.queue.ready, ...this.queue.scheduled];
    return {
      stored: new Map([...this.memory.stored].map(([name, { text }]) => [name, text])),
      messages: waiting.map(({ messageId, body }) => ({ messageId, body })),
      now: this.now,
      walked: new Map([...this.walked].map(([run, keys]) => [run, new Set(keys)])),
    };
  }

  /** Overwrites a document with this text. */
  damage(name: string, text: string): void {
    this.memory.stored.set(name, { text, version: `of somebody ${name} ${this.memory.stored.size}` });
  }

  /**
   * The state of a mirror after some time: a document of each kind, a run with a proof, and one that is under
   * way.
   */
  async live(): Promise<void> {
    await registerMirror(this.#store, FACTS, { now: new Date(this.now), isLookedAt: true });
    const pauses = createPauseStore(this.documents, () => new Date(this.now));
    await pauses.pause({ by: 'somebody' });
    await pauses.resume();
    await createActionTokens(this.documents).issue();
    for (const name of [ACKNOWLEDGED, 'deadletters/told'])
      await advanceMark(this.documents, name, { until: new Date(this.now).toISOString(), ids: [] });
    const worker = new WorkerActivity(() => this.now);
    worker.changed({ verdict: 'copied', door: 'event', container: parseContainerName('docs'), bytes: 3 });
    await this.#openLedger().record([
      { container: parseContainerName('docs'), path: 'k', reason: 'backup-leased' },
    ]);
    await createDocument(this.documents, ACTIVITY_DOCUMENT, 'activity/0123456789ab', {
      ...worker.toDocument(),
      worker: {
        startedAt: new Date(this.now).toISOString(),
        settings: { BLOBMIRROR_TIER: 'digest' },
        scope: { containers: ANY, paths: ANY, patterns: ANY },
        clockOff: { aheadMs: 120_000, of: 'photos' },
      },
    });
    await this.startAndDrain();
    await this.minute();
    this.pass(60);
    await this.start();
    for (let i = 0; i < 5; i++) await this.handleOne();
  }

  pass(minutes: number): void {
    this.now += minutes * MINUTE;
  }

  /** What a worker does each minute. */
  async minute(): Promise<void> {
    const { damaged: registrations } = await registerMirror(this.#store, FACTS, {
      now: new Date(this.now),
      isLookedAt: true,
    });
    for (const document of registrations) this.log.warn('cannot be read', { document });
    await keepWaitingScan(
      { documents: this.documents, events: LONG_QUEUE, now: () => new Date(this.now) },
      true,
      { limits: ONE_MESSAGE, onward: ONE_MESSAGE },
    );
    await recordSample(this.documents, this.log, await this.status());
    await followCanary({
      key: parseKey('canary', 'c'),
      account: 'sourceaccount',
      source: {
        write: async () => await Promise.resolve(parseEtag(`0x${this.now}`)),
      },
      readBackup: async () =>
        await Promise.resolve({ present: false as const, container: 'exists' as const }),
      documents: this.documents,
      log: this.log,
      checksMs: [],
      now: () => new Date(this.now),
    });
    const queues = { events: NO_LETTERS, reconcile: NO_LETTERS };
    await watchDeadLetters({
      queues,
      documents: this.documents,
      store: createDeadLetterStore(queues, this.documents, this.log),
      record: this.#openLedger().record,
      scope: createScope('sourceaccount'),
      accountsAnswer: async () => await Promise.resolve(true),
      observe: () => undefined,
      log: this.log,
      now: () => new Date(this.now),
    });
    await updateRecord(
      { ledger: this.#openLedger(), report: (id) => this.reconciler.report(id), touches: () => true },
      async () => (await this.#readRuns()).proof,
    );
    const damaged = (name: string): void => this.log.warn('made anew', { document: name });
    await createActionTokens(this.documents, { damaged }).issue();
  }

  async status(): Promise<Status> {
    const pauses = createPauseStore(this.documents, () => new Date(this.now));
    return await createStatusReader({
      source: 'sourceaccount',
      backup: 'backupaccount',
      documents: this.documents,
      readRuns: async () => await this.#readRuns(),
      readRecorded: async (damaged) => await readRecorded(this.documents, damaged),
      readCredentials: async () => await Promise.resolve(() => []),
      readActivity: async (now, damaged) => await readActivity(this.documents, now, damaged),
      readPause: async () => (await pauses.read()).paused ?? undefined,
      events: { browse: async function* () {} },
      listDeadLetters: async function* () {},
      readAcknowledged: async (damaged) => {
        const mark = await readMark(this.documents, ACKNOWLEDGED, damaged);
        return mark === undefined ? () => false : isCoveredBy(mark);
      },
      probe: { source: async () => await Promise.resolve(), backup: async () => await Promise.resolve() },
      readCanary: async () =>
        await Promise.resolve({ present: false as const, container: 'exists' as const }),
      canaryContainer: 'canary',
      serviceClock: trustClock(() => new Date(this.now)),
      versions: () => ({ source: SPOKEN, backup: SPOKEN }),
      scope: NO_RULES,
      limits: { liveWithinMs: 15 * MINUTE, unprotectedWithinMs: 3_600_000, provenWithinMs: 180 * MINUTE },
      now: () => new Date(this.now),
    }).read();
  }

  /** Everything that a user can request, as text. */
  async ask(): Promise<string> {
    const pauses = createPauseStore(this.documents, () => new Date(this.now));
    const status = await this.status();
    const runs = await this.reconciler.list();
    const texts = [
      describeStatus(status, {}),
      JSON.stringify(status),
      describeRuns(runs),
      JSON.stringify(await checkPause('state', async () => (await pauses.read()).paused ?? undefined)),
    ];
    for (const run of runs) {
      const read = await this.reconciler.read(run.id);
      texts.push(read === undefined ? '' : describeRun(read));
      for await (const line of this.reconciler.report(run.id)) texts.push(line);
    }
    return texts.join('\n');
  }

  /** What operators do about what does not heal by itself. */
  async repair(): Promise<void> {
    await createPauseStore(this.documents, () => new Date(this.now)).resume();
    const queues = { events: NO_LETTERS, reconcile: NO_LETTERS };
    await createDeadLetterStore(queues, this.documents, this.log).acknowledge();
  }

  async paused() {
    return (await createPauseStore(this.documents).read()).paused;
  }

  async start(): Promise<Run | RunId> {
    const begun = await this.reconciler.start({ dryRun: false, allowDeletes: [], reason: 'timer' });
    return 'started' in begun ? begun.started : begun.running;
  }

  async startAndDrain(): Promise<Run | undefined> {
    const begun = await this.start();
    await this.drain();
    return typeof begun === 'string' ? undefined : await this.reconciler.read(begun.id);
  }

  /** Works on what waits; delays end at once. */
  async drain(): Promise<void> {
    for (let i = 0; i < 500; i++) if (!(await this.handleOne())) return;
    throw new Error('messages of full syncs come to no end');
  }

  async handleOne(): Promise<boolean> {
    for (const message of this.queue.scheduled) this.queue.enqueue(message);
    const [message] = this.queue.ready;
    if (message === undefined) return false;
    const lock = this.queue.receive(message);
    try {
      await this.reconciler.handleShard(message.body);
      this.queue.complete(lock);
    } catch {
      this.queue.release(lock);
    }
    return true;
  }

  /** Whether a run has listed every key. */
  hasWalkedAll(run: string): boolean {
    const keys = this.walked.get(run);
    return ALL_KEYS.every((key) => keys?.has(key) === true);
  }

  /** Keys that the mirror core was asked to check and that a full sync must not delete. */
  get wrongLooks(): readonly string[] {
    return [...this.looks].filter((key) => !EXTRAS.has(key));
  }

  #openLedger(): Ledger {
    return createLedger({ documents: this.documents, log: this.log, now: () => new Date(this.now) });
  }

  async #readRuns() {
    const runs = createRunStore(this.documents, this.log, FACTS.settings, () => new Date(this.now));
    return await createRunHistory(runs, FACTS.settings).read();
  }

  #compare(): CompareSlice {
    const modelSlice = createModelSlice(MODEL, {
      perSlice: () => 3,
      isSplit: () => true,
      step: async () => await Promise.resolve(),
    });
    return async (shard, context) => {
      const drawn: string[] = [];
      const entries = MODEL.get(shard.container)?.entries ?? [];
      const result = await modelSlice(shard, context);
      const from = shard.at?.source ?? '';
      const end = result.next?.phase === 'compare' ? (result.next.at?.source ?? '') : undefined;
      for (const { path } of entries) {
        const isMine =
          path > from &&
          (shard.from === undefined || path >= shard.from) &&
          (shard.to === undefined || path < shard.to) &&
          (end === undefined || path <= end);
        if (isMine && path.startsWith(shard.prefix) && shard.isWalked !== true)
          drawn.push(`${shard.container}/${path}`);
      }
      const known = this.walked.get(shard.run) ?? new Set<string>();
      for (const key of drawn) known.add(key);
      this.walked.set(shard.run, known);
      return result;
    };
  }
}

const ALL_KEYS = [...MODEL].flatMap(([container, { entries }]) =>
  entries.map(({ path }) => `${container}/${path}`),
);
const EXTRAS: ReadonlySet<string> = new Set(
  [...MODEL].flatMap(([container, { entries }]) =>
    entries.filter(({ kind }) => kind === 'extra').map(({ path }) => `${container}/${path}`),
  ),
);

const NO_LETTERS = {
  browse: async function* () {},
  take: async () => await Promise.resolve([]),
} as never;
