import type { ReconcilerParts } from './reconciler-parts.ts';
import type { RunStore } from './run-store.ts';

/** What all who work on a run have at hand. */
export interface Desk {
  readonly parts: ReconcilerParts;
  readonly runs: RunStore;
}
