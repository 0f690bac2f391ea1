import type { IncomingMessage } from '../../src/intake/incoming-message.ts';
import type { MemoryAccount } from '../memory/memory-account.ts';
import type { MemoryDocuments } from '../memory/memory-documents.ts';
import type { Lock, MemoryMessage, MemoryQueue } from '../memory/memory-queue.ts';
import { createMirrorCore } from '../../src/mirror/mirror-core.ts';
import type { Policy } from '../../src/mirror/policy.ts';
import type { Key, Prefix } from '../../src/model/key.ts';
import { createScope } from '../../src/model/scope.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import type { WalkPosition } from '../../src/model/hint.ts';
import type { SteadyClock } from '../../src/clock/service-clock.ts';
import { TIME_BUDGETS } from '../../src/concurrency/time-budget.ts';
import { walkPrefix } from '../../src/reconcile/walk-prefix.ts';
import { NOTHING_RECORDED } from '../../src/ports/unprotected-keys.ts';
import { retryKeys } from '../../src/unprotected/retry-keys.ts';
import type { Logger } from '../../src/telemetry/logger.ts';
import type { Life } from './call.ts';
import { openBackup } from './open-backup.ts';
import type { MirrorFunctions } from './mirror-functions.ts';
import type { Network } from './network.ts';
import type { WorldKind } from './stage.ts';

/** How many messages a worker handles at a time. */
const CONCURRENCY = 2;

export const POLICY: Policy = {
  deletes: 'mirror',
  foreign: 'keep',
  declaredMd5: 'ignore',
  tier: 'same',
  tags: 'off',
  acl: 'mirror',
};
const SCOPE = createScope('sourceaccount');

/** Calls here take no time, so no worker waits too long for another. */
export const TIMELESS: SteadyClock = { now: () => 0, after: () => () => undefined };

/** Pauses between writes of the record are over at once; the schedule of calls decides who comes first. */
const PAUSELESS: SteadyClock = {
  now: () => 0,
  after: (ms, run) => {
    // What hangs is not simulated, so no time runs out.
    if (ms < TIME_BUDGETS.record) queueMicrotask(run);
    return () => undefined;
  },
};

const quiet = (): void => undefined;
const LOG: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => LOG };

/** Every key is due. */
export const RETRY = {
  includes: () => true,
  isPaused: () => false,
  now: () => new Date('2100-01-01T00:00:00Z'),
  log: LOG,
  clock: TIMELESS,
} as const;

/** What workers share. */
export interface Surroundings {
  readonly kind: WorldKind;
  readonly source: MemoryAccount;
  readonly backup: MemoryAccount;
  readonly queue: MemoryQueue;
  readonly documents: MemoryDocuments;
  readonly now: () => Date;
  readonly network: Network;
  readonly functions: MirrorFunctions;
  /** Whether lives keep what they have seen. */
  readonly records?: boolean;
}

/**
 * A process with its own coalesced calls: it handles messages with the production code and settles them as a
 * host does.
 */
export class Worker {
  readonly name: string;
  readonly #surroundings: Surroundings;
  readonly #handling = new Set<Lock>();
  #life: Life;
  #handle: (message: IncomingMessage) => Promise<void>;
  #retry: () => Promise<void> = async () => await Promise.resolve();

  constructor(name: string, surroundings: Surroundings) {
    this.name = name;
    this.#surroundings = surroundings;
    this.#life = this.#born();
    this.#handle = this.#start();
  }

  /** Its present life. */
  get life(): Life {
    return this.#life;
  }

  /** Locks of the messages that are being handled. */
  get handling(): ReadonlySet<Lock> {
    return this.#handling;
  }

  get isFree(): boolean {
    return this.#handling.size < CONCURRENCY;
  }

  lives(life: Life): boolean {
    return this.#life === life;
  }

  deliver(message: MemoryMessage): void {
    const { queue, network } = this.#surroundings;
    const lock = queue.receive(message);
    const schedule = network.schedule(this.#life);
    const handling = this.#handling;
    handling.add(lock);
    this.#life.seen?.push(`${message.messageId} ${message.deliveryCount}`);
    const { body, messageId, applicationProperties, deliveryCount } = message;
    this.#handle({
      body,
      messageId,
      applicationProperties,
      deliveryCount,
      enqueuedTime: this.#surroundings.now(),
    })
      .then(
        () => schedule('queue.complete', undefined, () => queue.complete(lock)),
        () => schedule('queue.abandon', undefined, () => queue.release(lock)),
      )
      // A message that could not be settled is delivered again when its lock expires.
      .catch(quiet)
      .finally(() => handling.delete(lock));
  }

  /** Checks every key on record, as a worker does each minute. */
  retry(): void {
    this.#retry().catch(quiet);
  }

  /** From now on, nothing in this life fails. */
  spare(): void {
    this.#life.spared = true;
  }

  /** The process loses all its memory and starts again. The locks of its messages expire in time. */
  crash(): void {
    this.#surroundings.network.crash(this.#life);
    this.#handling.clear();
    this.#life = this.#born();
    this.#handle = this.#start();
  }

  #born(): Life {
    const seen = this.#surroundings.records === true ? { seen: [] } : {};
    return { worker: this.name, over: false, spared: false, calls: 0, ...seen };
  }

  #start(): (message: IncomingMessage) => Promise<void> {
    const { kind, source, queue, documents, network, functions, now } = this.#surroundings;
    const schedule = network.schedule(this.#life);
    const sides = {
      source: source.through(schedule),
      backup: openBackup(this.#surroundings, schedule),
      policy: POLICY,
    };
    const hierarchical = kind === 'tree';
    const ledger =
      kind === 'leased'
        ? functions.createLedger({ documents: documents.through(schedule), log: LOG, now, clock: PAUSELESS })
        : undefined;
    const unprotected = ledger ?? NOTHING_RECORDED;
    const core = createMirrorCore(sides, { hierarchical, clock: TIMELESS, functions, unprotected });
    this.#retry = async () => {
      if (ledger === undefined) return;
      const { document = { keys: [] } } = await ledger.refresh();
      await retryKeys({ ledger, ...RETRY, converge: async (key) => await core.converge(key) }, document);
    };
    const intake = {
      scope: SCOPE,
      ...core,
      unprotected,
      walk: (prefix: Prefix, from: WalkPosition | undefined, look: (key: Key) => Promise<Verdict>) =>
        walkPrefix({ ...sides, scope: SCOPE, hierarchical }, { prefix, from, converge: look }),
      queue: queue.through(schedule),
    };
    return (message) => functions.handleMessage(intake, LOG, message);
  }
}
