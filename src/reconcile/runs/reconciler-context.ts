import type { ServiceClock, SteadyClock } from '../../clock/service-clock.ts';
import type { Policy } from '../../mirror/policy.ts';
import type { Key } from '../../model/key.ts';
import type { Scope } from '../../model/scope.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { BlobReader } from '../../ports/blob-reader.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { PauseGate } from '../../ports/account-decorators.ts';
import type { ShardQueue } from '../../ports/work-queues.ts';
import type { DeleteGuard } from './guard-deletions.ts';
import type { RunStore } from './run-store.ts';
import type { CompareSlice } from '../slice.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** The dependencies of a reconciler. */
export interface ReconcilerParts {
  readonly source: BlobReader;
  /** With its containers under their source names. */
  readonly backup: BlobReader;
  readonly scope: Scope;
  /** Digest of the settings: see `Run.mirror`. */
  readonly mirror: string;
  readonly deletes: Policy['deletes'];
  readonly foreign: Policy['foreign'];
  readonly guard: DeleteGuard;
  readonly compareSlice: CompareSlice;
  readonly converge: (key: Key, leave?: { readonly deleteForeign: true }) => Promise<Verdict>;
  readonly documents: DocumentStore;
  readonly queue: ShardQueue;
  readonly pause: PauseGate;
  /** How long a slice starts on new keys, in milliseconds. Checks that have begun are completed. */
  readonly budgetMs: number;
  readonly log: Logger;
  readonly clock: SteadyClock;
  /** The time of day. */
  readonly now: () => Date;
  /** Judges the clock at the start of a run. */
  readonly serviceClock: ServiceClock;
}

/** What every step of a run gets. */
export interface ReconcilerContext {
  readonly parts: ReconcilerParts;
  readonly runs: RunStore;
}
