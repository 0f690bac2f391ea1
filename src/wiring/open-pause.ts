import { theServiceClock } from '../clock/process-clocks.ts';
import { PauseWatch } from '../pause/pause-watch.ts';
import { createPauseStore, type PauseStore } from '../pause/pause-store.ts';
import type { Pause, PauseState } from '../api/pause.ts';
import { systemSteadyClock } from '../clock/steady-clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { PauseGate } from '../ports/pause-gate.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createPauseHandlers, type PauseHandlers } from '../http/pause-handlers.ts';

/** Pausing and resuming: the wish, as every worker reads it, and what this process makes of it. */
export interface PauseControl extends PauseStore {
  /** What every message of this process passes. */
  readonly gate: PauseGate;
  /** The wish over HTTP. */
  readonly api: PauseHandlers;
  /** Lets go of the messages that are held: the process is to end. */
  readonly close: () => void;
}

/** @param refusal why the settings keep all messages waiting, if they do: for those who handle messages */
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
  return { ...pauses, gate, api: createPauseHandlers(pauses), close: gate.close };
}
