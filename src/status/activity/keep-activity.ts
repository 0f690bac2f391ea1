/**
 * What the workers did in the last hour, and that they are at work. Each worker counts for itself and writes a document of
 * its own; a reader adds them up. This must never delay or fail a change: what cannot be written is logged and lost.
 */
import { type ObservedClock, theServiceClock } from '../../clock/observed-clock.ts';
import { ACTIVITY_DOCUMENT, ACTIVITY_PREFIX, type WorkerFacts } from './activity-document.ts';
import { waitAtMost } from '../../concurrency/deadline.ts';
import { changeDocument } from '../../documents/change-document.ts';
import { toBlobmirrorError } from '../../model/errors.ts';
import { type SteadyClock, systemSteadyClock } from '../../clock/service-clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { listenToChanges } from '../../telemetry/metrics.ts';
import { WorkerActivity } from './worker-activity.ts';

/** The first change after a quiet time is shown soon; after that, changes are written every few seconds. */
const FIRST_AFTER_MS = 2_000;
const WRITE_EVERY_MS = 10_000;
/** Within `CURRENT_FOR_MS` of judge-workers.ts, one may be lost. */
const BEAT_EVERY_MS = 4 * 60_000;
/** How long a stop waits for the last write. */
const LAST_WRITE_WITHIN_MS = 700;

export interface KeptActivity {
  /** Writes what is left, if that is quick, and stops counting. */
  stop(): Promise<void>;
}

/** What a worker tells of itself, so that others see where it differs. */
export interface AboutWorker {
  readonly settings: WorkerFacts['settings'];
  readonly scope?: NonNullable<WorkerFacts['scope']>;
  readonly clock: Pick<ObservedClock, 'assess' | 'begin' | 'listen'>;
  /** Whether an error refuses the start of this worker, which tells of it in one line. */
  readonly isRefusal?: (thrown: unknown) => boolean;
}

/**
 * @param id its unique id
 * @param about undefined: nothing is written where nothing changes
 */
export function keepActivity(
  id: string,
  documents: Pick<DocumentStore, 'read' | 'write'>,
  log: Logger,
  clock: SteadyClock = systemSteadyClock,
  about?: AboutWorker,
): KeptActivity {
  const name = `${ACTIVITY_PREFIX}${id}`;
  const activity = new WorkerActivity(() => theServiceClock.now().getTime());
  let isDirty = false;
  let isFailing = false;
  let hasTold = false;
  let hasStopped = false;
  let nextWrite = 0;
  let cancel: (() => void) | undefined;
  let writing: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  const startedAt = clock.now();
  const unlistenClock = about?.clock.listen(touch);
  // At once: a command that asks seconds after the start should see that a worker runs.
  let cancelBeat = about && clock.after(0, firstBeat);

  function firstBeat(): void {
    cancelBeat = clock.after(BEAT_EVERY_MS, beat);
    void flush();
  }

  function beat(): void {
    cancelBeat = clock.after(BEAT_EVERY_MS, beat);
    touch();
  }

  function facts(): WorkerFacts | undefined {
    if (about === undefined) return undefined;
    const assessment = about.clock.assess(about.clock.begin());
    // At the start, no service had told its time yet.
    const started = new Date(theServiceClock.now().getTime() - (clock.now() - startedAt));
    const { settings, scope } = about;
    const told = {
      startedAt: started.toISOString(),
      settings,
      ...(scope !== undefined && { scope }),
      ...(hasStopped && { hasStopped: true as const }),
    };
    if (assessment.state !== 'off') return told;
    const { aheadMs, of } = assessment;
    return { ...told, clockOff: { aheadMs, of } };
  }

  const unlisten = listenToChanges({
    changed: (change) => {
      activity.changed(change);
      touch();
    },
    failed: () => {
      activity.failed();
      touch();
    },
  });

  function touch(): void {
    isDirty = true;
    if (cancel !== undefined || writing !== undefined) return;
    cancel = clock.after(Math.max(FIRST_AFTER_MS, nextWrite - clock.now()), () => void flush());
  }

  async function flush(): Promise<void> {
    cancel?.();
    cancel = undefined;
    nextWrite = clock.now() + WRITE_EVERY_MS;
    writing = write();
    await writing;
    writing = undefined;
    if (isDirty && stopped === undefined) touch();
  }

  async function write(): Promise<void> {
    isDirty = false;
    try {
      // No other worker writes it, but a reader that took this worker for dead may remove it at any time.
      await changeDocument(documents, ACTIVITY_DOCUMENT, name, () => {
        // After the read: its answer tells the time of the service, which the first facts need.
        const worker = facts();
        return { ...activity.toDocument(), ...(worker !== undefined && { worker }) };
      });
      isFailing = false;
      hasTold = about !== undefined;
    } catch (thrown) {
      const { code, message } = toBlobmirrorError(thrown);
      const fields = { code, detail: message };
      if (isFailing || about?.isRefusal?.(thrown) === true)
        log.debug('the activity of this worker could still not be written', fields);
      else log.warn('the activity of this worker could not be written; it is not in the status', fields);
      isFailing = true;
      isDirty = true;
    }
  }

  async function writeLast(): Promise<void> {
    await writing;
    if (isDirty) await write();
  }

  async function stop(): Promise<void> {
    unlisten();
    unlistenClock?.();
    cancelBeat?.();
    cancel?.();
    cancel = undefined;
    hasStopped = true;
    // Others are told that it is gone, if they were told that it was there.
    isDirty ||= hasTold;
    if (!isDirty && writing === undefined) return;
    await waitAtMost(LAST_WRITE_WITHIN_MS, writeLast(), clock);
  }

  return { stop: async () => await (stopped ??= stop()) };
}
