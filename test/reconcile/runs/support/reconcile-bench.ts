import { type MemoryAccount, createMemoryAccount } from '../../../memory/memory-account.ts';
import { MemoryDocuments } from '../../../memory/memory-documents.ts';
import { MemoryQueue, createMemoryShardQueue } from '../../../memory/memory-queue.ts';
import { immediately } from '../../../memory/schedule.ts';
import { parseContainerName } from '../../../../src/model/key.ts';
import type { ReconcileRequest, ReportLine, Run } from '../../../../src/api/run.ts';
import { createScope } from '../../../../src/model/scope.ts';
import { type Reconciler, createReconciler } from '../../../../src/reconcile/runs/reconciler.ts';
import { createSilentLogger } from '../../../support/silent-logger.ts';
import { createModelSlice, type ModelContainer } from './model-listing.ts';

type Parts = Parameters<typeof createReconciler>[0];

export const REQUEST: ReconcileRequest = { dryRun: false, allowDeletes: [], reason: 'timer' };

/** A reconciler over ports in memory, one message at a time, and a time of day that the test tells. */
export class ReconcileBench {
  readonly documents = new MemoryDocuments();
  readonly queue = new MemoryQueue();
  readonly log = createSilentLogger();
  readonly source: MemoryAccount = createMemoryAccount('sourceaccount');
  readonly backup: MemoryAccount = createMemoryAccount('backupaccount');
  readonly model = new Map<string, ModelContainer>();
  /** Keys that the heart was asked for. */
  readonly looks: string[] = [];
  /** Whether they were asked for with leave to delete what is foreign. */
  readonly leaves = new Set<boolean>();
  readonly reconciler: Reconciler;
  now = new Date('2026-11-25T13:00:00Z');
  /** Whether each slice parts what is left of its shard. */
  isSplit = false;

  constructor(overrides: Partial<Parts> = {}) {
    this.reconciler = createReconciler({
      source: this.source,
      backup: this.backup,
      scope: createScope('sourceaccount'),
      deletes: 'mirror',
      converge: async (key, leave) => {
        await Promise.resolve();
        this.leaves.add(leave?.deleteForeign === true);
        this.looks.push(key.path);
        return { verdict: 'deleted' };
      },
      compareSlice: createModelSlice(this.model, {
        perSlice: () => 50,
        isSplit: () => this.isSplit,
        step: async () => await Promise.resolve(),
      }),
      documents: this.documents.through(immediately),
      queue: createMemoryShardQueue(this.queue, immediately),
      log: this.log,
      now: () => this.now,
      ...overrides,
    });
  }

  /** A container on both sides, with what the listings say of it. */
  add(name: string, container: ModelContainer): void {
    this.model.set(name, container);
    for (const account of [this.source, this.backup]) account.addContainer(parseContainerName(name));
  }

  async start(request: Partial<ReconcileRequest> = {}): Promise<Run> {
    const start = await this.reconciler.start({ ...REQUEST, ...request });
    if (!('started' in start)) throw new Error('no run began');
    return start.started;
  }

  /** A run from its beginning to its end. */
  async run(request: Partial<ReconcileRequest> = {}): Promise<Run> {
    const { id } = await this.start(request);
    await this.drain();
    return await this.read(id);
  }

  async read(id: Run['id']): Promise<Run> {
    const run = await this.reconciler.read(id);
    if (run === undefined) throw new Error('there is no such run');
    return run;
  }

  async report(id: Run['id']): Promise<readonly ReportLine[]> {
    const lines = await Array.fromAsync(this.reconciler.report(id));
    return lines.map((line) => JSON.parse(line) as ReportLine);
  }

  /** Works on messages until none is left; delays are over at once. */
  async drain(): Promise<void> {
    while (await this.handleOne());
  }

  /** False when no message is left. */
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
}
