import type { ServiceClock } from '../../clock/service-clock.ts';
import type { SteadyClock } from '../../clock/steady-clock.ts';
import type { Policy } from '../../mirror/policy.ts';
import type { Key } from '../../model/key.ts';
import type { Scope } from '../../model/scope.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { BlobReader } from '../../ports/blob-reader.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { PauseGate } from '../../ports/pause-gate.ts';
import type { ShardQueue } from '../../ports/work-queues.ts';
import type { DeleteGuard } from './guard-deletions.ts';
import type { RunStore } from './run-store.ts';
import type { CompareSlice } from '../slice.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** What a reconciler is made of. */
export interface ReconcilerParts {
  readonly source: BlobReader;
  /** Its containers have the names that they have at the source. */
  readonly backup: BlobReader;
  readonly scope: Scope;
  /** What the settings say is mirrored: see `Run.mirror`. */
  readonly mirror: string;
  readonly deletes: Policy['deletes'];
  readonly foreign: Policy['foreign'];
  readonly guard: DeleteGuard;
  readonly compareSlice: CompareSlice;
  readonly converge: (key: Key, leave?: { readonly deleteForeign: true }) => Promise<Verdict>;
  readonly documents: DocumentStore;
  readonly queue: ShardQueue;
  readonly pause: PauseGate;
  /** For how long a slice draws keys, in milliseconds. A look that has begun is brought to its end. */
  readonly budgetMs: number;
  readonly log: Logger;
  readonly clock: SteadyClock;
  /** The time of day. */
  readonly now: () => Date;
  /** What the start of a run is claimed by. */
  readonly serviceClock: ServiceClock;
}

/** What all who work on a run have at hand. */
export interface ReconcilerContext {
  readonly parts: ReconcilerParts;
  readonly runs: RunStore;
}
