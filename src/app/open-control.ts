import { theServiceClock } from '../clock/the-service-clock.ts';
import { PauseWatch } from '../control/pause-watch.ts';
import { createPauses, type Pauses } from '../control/pauses.ts';
import type { Pause, PauseState } from '../model/pause.ts';
import { systemClock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { PauseGate } from '../ports/pause-gate.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createPauseApi, type PauseApi } from './pause-api.ts';

/** Pausing and resuming: the wish, as every worker reads it, and what this process makes of it. */
export interface Control extends Pauses {
  /** What every message of this process passes. */
  readonly gate: PauseGate;
  /** The wish over HTTP. */
  readonly api: PauseApi;
  /** Lets go of the messages that are held: the process is to end. */
  readonly close: () => void;
}

/** @param refusal why the settings keep all messages waiting, if they do: for those who handle messages */
export function openControl(
  documents: DocumentStore,
  log: Logger,
  refusal?: () => Promise<Pause | undefined>,
): Control {
  const pauses = createPauses(documents);
  const read = async (): Promise<PauseState> => {
    const paused = await refusal?.();
    return paused === undefined ? await pauses.read() : { paused, ended: [] };
  };
  const gate = new PauseWatch({ read, log, clock: systemClock, now: () => theServiceClock.now() });
  return { ...pauses, gate, api: createPauseApi(pauses), close: gate.close };
}
