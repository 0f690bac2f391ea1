/**
 * The status of the mirror, read on demand: the queue, the proof, and whether both accounts answer. All reads
 * run at once, with time limits that suit a waiting operator. What cannot be read is a problem in the answer,
 * not an error.
 */
import { type ErrorCode, toBlobmirrorError } from '../model/errors.ts';
import { statement } from '../api/statement.ts';
import type { Backlog, LivePoint, RecoveryPoint, Status } from '../api/status.ts';
import { observeBacklog, observeDeadLetters, observeHealth, observeRecovery } from '../telemetry/metrics.ts';
import { CANARY, canaryDelay, toArrived, toCanaryStatus } from './canary.ts';
import { type Samples, currentWorkers } from './judge-workers.ts';
import { judgeHealth } from './judge-health.ts';
import { HISTORY, lastLive, toSamples } from './history.ts';
import { type KnownState, type StatusParts, createStateReader, answerWithin } from './read-state.ts';
import { AgeBuckets, type Waiting, readWaiting } from './read-waiting.ts';
import { type DeadLetters, exceptKeys, readDeadLetters } from './read-dead-letters.ts';
import { coalesceBriefly } from '../concurrency/coalesce.ts';

export interface StatusReader {
  /** Does not reject when a service is out of reach. Frequent calls share an answer. */
  readonly read: () => Promise<Status>;
}

const ACCOUNT_WITHIN_MS = 5000;
const QUEUE_WITHIN_MS = 15_000;

const NO_LETTERS: DeadLetters = {
  counts: { count: 0, isComplete: false, isUnknown: true, acknowledged: 0, byCode: {} },
  keys: [],
  keyCount: 0,
};
const NO_BACKLOG: Backlog = {
  messages: 0,
  scheduled: 0,
  bytes: 0,
  isComplete: false,
  isUnknown: true,
  byAge: new AgeBuckets().byAge,
};

/** The result of a request. */
type Asked<Result> =
  | { readonly answer: Result; readonly failure?: undefined }
  | { readonly answer?: undefined; readonly failure: ErrorCode };

/**
 * The reader. `readSample` is what a worker records: read anew, and without the problem that samples are missing, which
 * the sample ends.
 */
export function createStatusReader(
  parts: StatusParts,
): StatusReader & { readonly readSample: () => Promise<Status> } {
  const readState = createStateReader(parts);
  return {
    read: coalesceBriefly(async () => await readStatus(parts, readState)),
    readSample: async () => await readStatus(parts, readState, { isSampling: true }),
  };
}

async function readStatus(
  parts: StatusParts,
  readState: () => Promise<KnownState>,
  { isSampling = false } = {},
): Promise<Status> {
  const {
    source,
    backup,
    probe,
    events,
    listDeadLetters: readLetters,
    readCanary: lookAtCanary,
    limits,
    serviceClock,
  } = parts;
  const probing = [
    ask(ACCOUNT_WITHIN_MS, source, probe.source),
    ask(ACCOUNT_WITHIN_MS, backup, probe.backup),
  ] as const;
  // What is claimed must be proven before the queue is read. Mostly it is, by earlier answers.
  if (serviceClock.begin().proven === -Infinity) await Promise.all(probing);
  const beginning = serviceClock.begin();
  const seeing = readState();
  const [seen, sourceProbe, backupProbe, waiting, letters, canaryOnBackup, credentialsAt] = await Promise.all(
    [
      seeing,
      ...probing,
      ask(
        QUEUE_WITHIN_MS,
        'the queue of events',
        async () => await readWaiting(events, parts.now, { scan: (await seeing).state.scan }),
      ),
      ask(QUEUE_WITHIN_MS, 'the dead-letter queues', async () =>
        readDeadLetters(readLetters(), (await seeing).state.isAcknowledged),
      ),
      lookAtCanary && ask(ACCOUNT_WITHIN_MS, backup, lookAtCanary),
      parts.readCredentials(),
    ],
  );

  // After both accounts have answered, so that their time is known.
  const judgement = serviceClock.assess(beginning);
  const now = parts.now();
  const at = now.toISOString();
  const { state } = seen;
  const ageOf = (time: string): number => Math.max(0, now.getTime() - Date.parse(time));
  const found = letters.answer ?? NO_LETTERS;
  const onBackup = canaryOnBackup?.answer;
  const tookMs = onBackup && canaryDelay(state.canary, onBackup, source);
  const followed =
    tookMs === undefined || state.canary.missingSince === undefined
      ? state.canary
      : toArrived(state.canary, state.canary.last?.etag ?? '', tookMs);
  const isOutOfSight = onBackup === undefined || seen.unreachable !== undefined;
  const isProvenKnown = seen.readAt !== undefined;
  const isWaitingKnown = waiting.answer?.isEarliestKnown ?? false;
  const areLettersKnown = found.counts.isComplete && !waiting.answer?.parked;
  const isAllNamed = isProvenKnown && isWaitingKnown && areLettersKnown && state.recorded.isComplete;
  const excepted = exceptKeys(
    // On record, from the moment on that a worker has taken it over.
    state.proof === undefined || state.recorded.run === state.proof.run
      ? { count: 0, sample: [] }
      : state.proof.excepted,
    found,
    waiting.answer?.held,
    state.recorded,
  );
  const recovery: RecoveryPoint = {
    proven:
      state.proof === undefined
        ? null
        : { at: state.proof.at, ageMs: ageOf(state.proof.at), run: state.proof.run },
    live:
      waiting.answer === undefined || judgement.state !== 'right'
        ? null
        : toLive(waiting.answer, judgement.latest, now, state),
    canary:
      lookAtCanary === undefined
        ? { state: 'off' }
        : {
            ...toCanaryStatus(followed, now, { isOutOfSight }),
            ...((!isProvenKnown || state.damaged.includes(CANARY)) && { isUnknown: true as const }),
          },
    excepted: {
      ...excepted,
      ...(!isAllNamed && { isComplete: false as const }),
    },
  };
  // A Map, since a container may be called `constructor`.
  const lastMirrored = new Map(Object.entries(state.activity.lastMirrored));
  const status: Status = {
    at,
    source,
    backup,
    ...(parts.name !== undefined && { name: parts.name }),
    statement: statement(recovery, at, {
      isProvenKnown,
      isWaitingKnown,
      // Another worker may have added to it since it was last read.
      isRecordComplete: excepted.isComplete !== false && seen.unreachable === undefined,
      letters: letters.answer === undefined ? 'none' : areLettersKnown ? 'all' : 'some',
      clock: judgement,
    }),
    ...(judgement.state !== 'right' && { clock: judgement }),
    ...(state.paused !== undefined && { paused: state.paused }),
    ...(seen.unreachable !== undefined && { stateAsOf: seen.readAt?.toISOString() ?? null }),
    recovery,
    health: judgeHealth(
      {
        now,
        source,
        backup,
        recovery,
        unreachable: {
          source: sourceProbe.failure,
          backup: backupProbe.failure,
          queue: waiting.failure ?? letters.failure,
          state: seen.unreachable,
        },
        versions: parts.versions(),
        clock: judgement,
        canaryRefused: state.canary.refused?.code,
        damaged: state.damaged,
        tooNew: state.tooNew,
        unknownSettings: parts.unknownSettings ?? [],
        // After the probes, which find a SAS that is refused.
        credentials: credentialsAt(now),
        recorded: state.recorded,
        findings: state.findings,
        workers: currentWorkers(state.workers, now),
        worker: parts.worker?.(),
        settings: parts.settings,
        isPauseUnknown: state.paused?.isUnknown === true,
        deadLetters: found.counts,
        firstStart: state.history && new Date(state.history.since),
        samples: isSampling ? undefined : samplesOf(seen),
      },
      limits,
    ),
    backlog: waiting.answer?.backlog ?? NO_BACKLOG,
    deadLetters: found.counts,
    activity: state.activity,
    history: toSamples(state.history),
    containers: (state.proof?.containers ?? [])
      .filter(({ name }) => name !== parts.canaryContainer)
      .map((container) => ({
        ...container,
        lastMirroredAt: lastMirrored.get(container.name) ?? null,
      })),
    scope: parts.scope,
    runs: state.runs,
  };
  observe(status);
  return status;
}

/**
 * The live recovery point. If messages are left that nobody has read, the earliest change is not certain, so the
 * point stays at its last known value, or at the proof. Where there is neither, it is unknown.
 */
function toLive(
  { earliest, isEarliestKnown }: Waiting,
  asked: Date,
  now: Date,
  { history, proof }: Pick<KnownState['state'], 'history' | 'proof'>,
): LivePoint | null {
  const times = [asked.getTime(), ...(earliest === undefined ? [] : [earliest.getTime()])];
  if (!isEarliestKnown) {
    const last = (history && lastLive(history)) ?? (proof && Date.parse(proof.at));
    if (last === undefined) return null;
    times.push(last);
  }
  const at = Math.min(...times);
  // If nothing waits, the time of the read counts as now.
  const isNow = at === asked.getTime();
  return { at: new Date(at).toISOString(), ageMs: isNow ? 0 : now.getTime() - at };
}

/** Undefined: the state is out of reach. */
function samplesOf({ state, unreachable }: KnownState): Samples | undefined {
  if (unreachable !== undefined) return undefined;
  if (state.damaged.includes(HISTORY)) return { state: 'damaged' };
  if (state.tooNew.includes(HISTORY)) return { state: 'too new' };
  const last = state.history?.samples.at(-1)?.[0];
  return { state: 'read', last: last === undefined ? undefined : new Date(last * 1000) };
}

async function ask<Result>(ms: number, what: string, call: () => Promise<Result>): Promise<Asked<Result>> {
  try {
    return { answer: await answerWithin(ms, what, call) };
  } catch (thrown) {
    return { failure: toBlobmirrorError(thrown).code };
  }
}

function observe({ recovery, backlog, deadLetters, health }: Status): void {
  const { proven, live, canary } = recovery;
  observeRecovery({
    provenAgeMs: proven?.ageMs,
    liveAgeMs: live?.ageMs,
    canaryAgeMs: canary.ageMs,
  });
  // Unknown is not zero.
  observeBacklog(backlog.isUnknown === true ? [] : backlog.byAge);
  observeDeadLetters(deadLetters.isUnknown === true ? undefined : deadLetters.byCode);
  // No alert is due for app-starting: every worker starts.
  observeHealth(health.problems.filter(({ code }) => code !== 'app-starting'));
}
