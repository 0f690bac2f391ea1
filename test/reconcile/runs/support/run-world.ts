import { createSeededRandom } from '../../../support/seeded-random.ts';
import { type Schedule, createMemoryAccount } from '../../../memory/memory-account.ts';
import { MemoryDocuments } from '../../../memory/memory-documents.ts';
import {
  type Lock,
  type MemoryMessage,
  MemoryQueue,
  createMemoryShardQueue,
} from '../../../memory/memory-queue.ts';
import { immediately } from '../../../memory/schedule.ts';
import { BlobmirrorError } from '../../../../src/model/errors.ts';
import { type Key, parseContainerName } from '../../../../src/model/key.ts';
import { createScope } from '../../../../src/model/scope.ts';
import type { Run } from '../../../../src/api/run.ts';
import type { Verdict } from '../../../../src/model/verdict.ts';
import { type Reconciler, createReconciler } from '../../../../src/reconcile/runs/reconciler.ts';
import { RUNS } from '../../../../src/reconcile/runs/run-document.ts';
import { createSilentLogger } from '../../../support/silent-logger.ts';
import { createModelSlice, type Model } from './model-listing.ts';

export interface Chances {
  /** Of a worker to die at a call, before or after it had its effect. */
  readonly crash: number;
  /** Of a call to fail, before or after it had its effect. */
  readonly fault: number;
  /** Of a lock to be lost at a step. */
  readonly lostLock: number;
  /** Of somebody to send a message of their own at a step. */
  readonly forged?: number;
}

const WORKERS = 4;
/** An attacker without an end would keep the world from coming to rest. */
const MAX_FORGED = 100;
/** Nothing goes wrong with a message any more that came so often: else Service Bus would give it up. */
const LAST_TROUBLE = 5;

/** What ends a worker. Nothing that it does afterwards has an effect. */
class Death extends Error {}

/**
 * Several workers on one queue and one store, in an order that a seed chooses: who goes next, which call is cut off,
 * whose lock is lost, when a delay is over.
 */
export class RunWorld {
  readonly documents = new MemoryDocuments();
  readonly queue = new MemoryQueue();
  readonly log = createSilentLogger();
  /** How often the heart was asked for a key. */
  readonly looks = new Map<string, number>();
  readonly #random: ReturnType<typeof createSeededRandom>;
  readonly #model: Model;
  readonly #chances: Chances;
  readonly #source = createMemoryAccount('sourceaccount');
  readonly #backup = createMemoryAccount('backupaccount');
  readonly #held = new Set<Lock>();
  readonly #waiting: (() => void)[] = [];
  #working = 0;
  #forged = 0;
  #time = 0;

  constructor(seed: number, model: (draw: (bound: number) => number) => Model, chances: Chances) {
    this.#random = createSeededRandom(seed);
    this.#model = model((bound) => this.#draw(bound));
    this.#chances = chances;
    for (const name of this.#model.keys())
      for (const account of [this.#source, this.#backup]) account.addContainer(parseContainerName(name));
  }

  get model(): Model {
    return this.#model;
  }

  /** For a door: nothing goes wrong with it. */
  door(): Reconciler {
    return this.#reconciler(immediately);
  }

  /** Lets the workers work until nothing is left to do. */
  async run(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const steps = [
        ...this.#waiting.map((_, i) => () => this.#waiting.splice(i, 1)[0]?.()),
        ...(this.#working < WORKERS
          ? [...this.queue.ready].map((message) => () => this.#receive(message))
          : []),
        ...[...this.queue.scheduled].map((message) => () => this.queue.enqueue(message)),
      ];
      if (steps.length === 0) return;
      if (this.#forged < MAX_FORGED && this.#happens(this.#chances.forged ?? 0)) this.#forge();
      steps[this.#draw(steps.length)]?.();
      for (const lock of this.#held)
        if (lock.message.deliveryCount < LAST_TROUBLE && this.#happens(this.#chances.lostLock))
          this.queue.release(lock);
    }
  }

  /** Anybody who may send to the queue may send this: a slice that may be due, and any claim about it. */
  #forge(): void {
    const runs = [...this.documents.stored.keys()].filter((name) => name.startsWith(RUNS));
    const [name] = runs;
    const text = name === undefined ? undefined : this.documents.stored.get(name)?.text;
    if (text === undefined) return;
    const run = JSON.parse(text) as Run;
    const shards = [...Object.keys(run.shards), 'c9', 'd0', 'c0-0', 'constructor'];
    const shard = shards[this.#draw(shards.length)] ?? '';
    const due = Object.hasOwn(run.shards, shard) ? (run.shards[shard]?.slices ?? 0) : 0;
    const containers = [...this.#model.keys(), 'elsewhere'];
    const claims = {
      phase: this.#happens(0.5) ? 'compare' : 'delete',
      container: containers[this.#draw(containers.length)],
      prefix: this.#happens(0.5) ? '' : 'nothing/',
      line: this.#draw(100),
      ...(this.#happens(0.5) && { isWalked: true }),
      ...(this.#happens(0.3) && { unordered: true }),
      ...(this.#happens(0.3) && { from: 'z' }),
      ...(this.#happens(0.3) && { to: 'a' }),
      ...(this.#happens(0.3) && { at: { source: 'zz', backup: 'zz' } }),
      ...(this.#happens(0.3) && { again: ['a'] }),
      ...(this.#happens(0.3) && { holds: this.#draw(5) }),
    };
    const slice = Math.max(0, due + this.#draw(3) - 1);
    const body = { run: run.id, shard, slice, attempt: this.#draw(10), ...claims };
    this.queue.send({ messageId: `forged.${++this.#forged}`, body });
  }

  #receive(message: MemoryMessage): void {
    const lock = this.queue.receive(message);
    const schedule = this.#live(message.deliveryCount < LAST_TROUBLE);
    this.#held.add(lock);
    this.#working++;
    void this.#reconciler(schedule)
      .handleShard(message.body)
      .then(
        () => this.queue.complete(lock),
        () => this.queue.release(lock),
      )
      .finally(() => {
        this.#held.delete(lock);
        this.#working--;
      });
  }

  /** The calls of one worker, for as long as it lives. */
  #live(hasTrouble: boolean): Schedule {
    let isDead = false;
    return async (call, _key, effect) => {
      if (!isDead) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
      if (isDead) throw new Death('dead already');
      if (hasTrouble && this.#happens(this.#chances.crash)) {
        isDead = true;
        if (this.#happens(0.5)) effect();
        throw new Death('dead');
      }
      // A key that the heart fails at is a line of the report, and no trouble of the run.
      if (hasTrouble && call !== 'converge' && this.#happens(this.#chances.fault)) {
        const isDone = this.#happens(0.5);
        if (isDone) effect();
        throw new BlobmirrorError(isDone ? 'write-outcome-unknown' : 'storage-unavailable', 'a fault', {
          context: { account: 'stateaccount' },
        });
      }
      return effect();
    };
  }

  #reconciler(schedule: Schedule): Reconciler {
    const look = async (key: Key): Promise<Verdict> =>
      await schedule('converge', key, () => {
        this.looks.set(key.path, (this.looks.get(key.path) ?? 0) + 1);
        return { verdict: 'deleted' };
      });
    return createReconciler({
      source: this.#source,
      backup: this.#backup,
      scope: createScope('sourceaccount'),
      deletes: 'mirror',
      converge: look,
      compareSlice: createModelSlice(this.#model, {
        perSlice: () => 1 + this.#draw(6),
        isSplit: () => this.#happens(0.4),
        step: async () => await schedule('slice', undefined, () => {}),
      }),
      documents: this.documents.through(schedule),
      queue: createMemoryShardQueue(this.queue, schedule),
      log: this.log,
      // Time passes when it is looked at, so that slices of deletions end at different keys.
      budgetMs: 3,
      clock: { now: () => this.#time++, after: () => () => {} },
    });
  }

  #draw(bound: number): number {
    return Math.floor(this.#random.share() * bound);
  }

  #happens(chance: number): boolean {
    return this.#random.share() < chance;
  }
}
