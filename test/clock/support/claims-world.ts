import { createMemoryAccount } from '../../memory/memory-account.ts';
import { NO_RULES } from '../../support/no-rules.ts';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { MemoryQueue, createMemoryShardQueue } from '../../memory/memory-queue.ts';
import { immediately } from '../../memory/schedule.ts';
import { trustClock } from '../../../src/clock/service-clock.ts';
import { NO_ACTIVITY, type Status } from '../../../src/api/status.ts';
import { parseContainerName } from '../../../src/model/key.ts';
import { createScope } from '../../../src/model/scope.ts';
import type { BrowsedMessage } from '../../../src/ports/dead-letter-queue.ts';
import { NO_COUNTS } from '../../../src/reconcile/counts.ts';
import { createReconciler } from '../../../src/reconcile/runs/reconciler.ts';
import { createRunHistory } from '../../../src/reconcile/runs/run-history.ts';
import { createRunStore } from '../../../src/reconcile/runs/run-store.ts';
import { recordSample } from '../../../src/status/history.ts';
import type { StatusParts } from '../../../src/status/read-state.ts';
import { createStatusReader } from '../../../src/status/create-status-reader.ts';
import { eventGridEvent } from '../../events/samples.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { REQUEST } from '../../reconcile/runs/support/reconcile-bench.ts';
import { Machine, START, type World } from './machine.ts';

/** Claims by the clock of its machine, as earlier releases did. */
export type Rule = 'by the service' | 'by its own clock';

/** A change of the source. */
interface Change {
  readonly at: number;
  isMirrored: boolean;
  /** The time in its event, which may be wrong. */
  readonly told: number;
}

const SPOKEN = { refused: undefined, spoken: undefined, isTaken: true, isRefusedWhole: false };
const CONTAINER = parseContainerName('photos');

/** Workers with their own clocks, sharing one queue and one state, and services with the true time. */
export class ClaimsWorld {
  readonly world: World = { time: START };
  readonly changes: Change[] = [];
  readonly #documents: MemoryDocuments;
  readonly #queue = new MemoryQueue();
  readonly workers;

  constructor(skews: readonly number[], rule: Rule) {
    const isHealed = rule === 'by the service';
    this.#documents = new MemoryDocuments(isHealed ? () => new Date(this.world.time) : undefined);
    this.workers = skews.map((ahead) => this.#open(new Machine(ahead, this.world), rule));
    // A worker of an earlier release, which shares the state with later ones.
    if (isHealed)
      for (const ahead of [7_200_000, -7_200_000])
        this.workers.push(this.#open(new Machine(ahead, this.world), 'by its own clock'));
  }

  /** @param lie how far the time in its event is off */
  change(lie = 0): void {
    this.changes.push({ at: this.world.time, isMirrored: false, told: this.world.time + lie });
  }

  /** Processes the event of the oldest waiting change. */
  mirrorOne(): void {
    const waiting = this.changes.find(({ isMirrored }) => !isMirrored);
    if (waiting !== undefined) waiting.isMirrored = true;
  }

  #open(machine: Machine, rule: Rule) {
    const documents = this.#documents.through(immediately);
    const own = trustClock(() => new Date(machine.clock.begin().own));
    const clock = rule === 'by the service' ? machine.clock : own;
    const now = (): Date => clock.now();
    const account = (name: string) => {
      const memory = createMemoryAccount(name);
      memory.addContainer(CONTAINER);
      return memory;
    };
    const log = createSilentLogger();
    const reconciler = createReconciler({
      source: account('sourceaccount'),
      backup: account('backupaccount'),
      scope: createScope('sourceaccount'),
      deletes: 'mirror',
      converge: async () => await Promise.resolve({ verdict: 'deleted' }),
      compareSlice: async () => {
        await Promise.resolve();
        machine.hear({ tookMs: 40 });
        for (const change of this.changes) change.isMirrored = true;
        // A change behind the position of a listing is not in it.
        this.world.time += 500;
        this.change();
        this.world.time += 2500;
        return {
          counts: NO_COUNTS,
          sample: [],
          listed: { source: 0, backup: 0 },
          extras: 0,
          mirroredExtras: 0,
        };
      },
      documents,
      queue: createMemoryShardQueue(this.#queue, immediately),
      log,
      now,
      serviceClock: clock,
    });
    const history = createRunHistory(createRunStore(documents, log, '', now), '');
    // A reader repeats its answer for a while, by the true clock of the process.
    const readStatus = async (): Promise<Status> => await createStatusReader(statusParts).read();
    const statusParts: StatusParts = {
      source: 'sourceaccount',
      backup: 'backupaccount',
      documents,
      readRuns: history.read,
      readActivity: async () => await Promise.resolve({ ...NO_ACTIVITY, workers: [] }),
      readPause: async () => await Promise.resolve(undefined),
      events: { browse: () => this.#browse() },
      listDeadLetters: async function* () {
        yield* await Promise.resolve([]);
      },
      readAcknowledged: async () => await Promise.resolve(() => false),
      probe: {
        source: async () => {
          await Promise.resolve();
          machine.hear({ tookMs: 40 });
        },
        backup: async () => {
          await Promise.resolve();
          machine.hear({ tookMs: 40, account: 'backup' });
        },
      },
      readCredentials: async () => await Promise.resolve(() => []),
      readCanary: undefined,
      canaryContainer: undefined,
      scope: NO_RULES,
      limits: { liveWithinMs: 900_000, unprotectedWithinMs: 3_600_000, provenWithinMs: 10_800_000 },
      versions: () => ({ source: SPOKEN, backup: SPOKEN }),
      now,
      serviceClock: clock,
    };
    return {
      machine,
      rule,
      /** A full sync from start to end; does nothing while another is running. */
      sync: async (): Promise<string | undefined> => {
        machine.hear({ tookMs: 40, account: 'backup' });
        const begun = await reconciler.start(REQUEST);
        for (const message of this.#queue.ready) {
          const lock = this.#queue.receive(message);
          await reconciler.handleShard(message.body);
          this.#queue.complete(lock);
        }
        return 'started' in begun ? begun.started.id : undefined;
      },
      read: async (): Promise<Status> => {
        const found = await readStatus();
        await recordSample(documents, log, found);
        return found;
      },
      list: async () => await reconciler.list(),
    };
  }

  async *#browse(): AsyncIterable<readonly BrowsedMessage[]> {
    await Promise.resolve();
    yield this.changes
      .filter(({ isMirrored }) => !isMirrored)
      .map(({ at, told }, i) => ({
        sequenceNumber: String(i),
        messageId: `m${i}`,
        state: 'active',
        enqueuedAt: new Date(at + 1),
        deliveryCount: 0,
        body: {
          ...eventGridEvent({ type: 'x', subject: 'x', data: {} }),
          eventTime: new Date(told).toISOString(),
        },
        applicationProperties: {},
      }));
  }

  /** The false claims of a status. */
  falseClaims({ recovery }: Status): readonly string[] {
    const { proven, live } = recovery;
    const missing = Math.min(...this.changes.filter(({ isMirrored }) => !isMirrored).map(({ at }) => at));
    const judge = (name: string, at: string): readonly string[] => [
      ...(Date.parse(at) > this.world.time ? [`${name} is of the future`] : []),
      // The queue receives a change a moment later.
      ...(Date.parse(at) > missing + 1 ? [`${name} speaks of a change that is not mirrored`] : []),
    ];
    return [
      ...(proven === null ? [] : judge('proven', proven.at)),
      ...(live === null ? [] : judge('live', live.at)),
    ];
  }
}
