import { theServiceClock } from '../clock/observed-clock.ts';
import { PauseWatch } from '../pause/pause-watch.ts';
import { createPauseStore, type PauseStore } from '../pause/pause-store.ts';
import type { Pause, PauseState } from '../api/pause.ts';
import { systemSteadyClock } from '../clock/service-clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { PauseGate } from '../ports/account-decorators.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Pausing and resuming: the pause that all workers read, and the gate that holds the messages of this process. */
export interface PauseControl extends PauseStore {
  /** Every message of this process passes it. */
  readonly gate: PauseGate;
  /** Releases the messages that are held: the process is about to end. */
  readonly close: () => void;
}

/** @param refusal why no message may be handled under these settings, if so: for workers */
export function openPause(
  documents: DocumentStore,
  log: Logger,
  refusal?: () => Promise<Pause | undefined>,
): PauseControl {
  const pauses = createPauseStore(documents);
  const read = async (): Promise<PauseState> => {
    const paused = await refusal?.();
    return paused === undefined ? await pauses.read() : { paused, ended: [] };
  };
  const gate = new PauseWatch({ read, log, clock: systemSteadyClock, now: () => theServiceClock.now() });
  return { ...pauses, gate, close: gate.close };
}
