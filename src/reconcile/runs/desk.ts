import type { ReconcilerParts } from './reconciler-parts.js';
import type { RunStore } from './run-store.js';

/** What all who work on a run have at hand. */
export interface Desk {
  readonly parts: ReconcilerParts;
  readonly runs: RunStore;
}
