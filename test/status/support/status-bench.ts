import { type ClockAssessment, type ClockReading, trustClock } from '../../../src/clock/service-clock.ts';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { immediately } from '../../memory/schedule.ts';
import { BlobmirrorError } from '../../../src/model/errors.ts';
import type { DeadLetter } from '../../../src/api/dead-letter.ts';
import { parseHistory, toProperties } from '../../../src/model/hint-message.ts';
import { NO_FINDINGS } from '../../../src/api/full-sync-findings.ts';
import type { Proof } from '../../../src/api/proof.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import type { BrowsedMessage } from '../../../src/ports/dead-letter-queue.ts';
import { HISTORY, type HistoryDocument } from '../../../src/status/history.ts';
import { createStatusReader } from '../../../src/status/create-status-reader.ts';
import type { CredentialReport } from '../../../src/status/judge-credentials.ts';
import type { WorkerReport } from '../../../src/status/judge-workers.ts';
import { type StatusParts } from '../../../src/status/read-state.ts';
import { NO_RULES } from '../../support/no-rules.ts';
import { eventGridEvent } from '../../events/samples.ts';

const SPOKEN = { refused: undefined, spoken: undefined, isTaken: true, isRefusedWhole: false };
export const NOW = new Date('2026-11-25T12:00:00Z');
export const ago = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);
export const PROOF: Proof = {
  run: '2026-11-25T11-30-00Z-4f2a' as RunId,
  at: ago(30).toISOString(),
  excepted: { count: 1, sample: [{ container: 'photos', path: 'a', reason: 'source-archived' }] },
  byReason: { 'source-archived': 1 },
  containers: [
    { name: 'photos', blobs: 3, bytes: 30, countedAt: ago(30).toISOString() },
    { name: 'constructor', blobs: 0, bytes: 0, countedAt: ago(30).toISOString() },
    { name: 'canary', blobs: 1, bytes: 3, countedAt: ago(30).toISOString() },
  ],
};

const away = async (): Promise<never> => {
  await Promise.resolve();
  throw new BlobmirrorError('storage-unavailable', 'it did not answer');
};

export function message(minutes: number): BrowsedMessage {
  const event = eventGridEvent({ type: 'x', subject: 'x', data: {} });
  return {
    sequenceNumber: '1',
    messageId: 'm',
    state: 'active',
    enqueuedAt: NOW,
    deliveryCount: 0,
    body: { ...event, eventTime: ago(minutes).toISOString() },
    applicationProperties: toProperties(parseHistory({}, 'm', NOW)),
  };
}

export function letter(i: number): DeadLetter {
  const time = ago(3).toISOString();
  return {
    id: `events:${i}`,
    queue: 'events',
    code: 'storage-rejected',
    detail: '',
    hint: '',
    container: 'photos',
    path: `dead-${i}`,
    event: 'Microsoft.Storage.BlobCreated',
    attempts: 1,
    replays: 0,
    firstSeen: time,
    deadLetteredAt: time,
    ageMs: 180_000,
  };
}

/** A status reader whose answers the test chooses. */
export function bench() {
  const memory = new MemoryDocuments();
  const documents = memory.through(immediately);
  const state = {
    isStateAway: false,
    isQueueAway: false,
    findings: NO_FINDINGS,
    workers: [] as WorkerReport[],
    credentials: [] as CredentialReport[],
    areEventsAway: false,
    areLettersAway: false,
    letters: [] as DeadLetter[],
    isBackupAway: false,
    waiting: [] as BrowsedMessage[],
    clock: {
      begin: () => trustClock(() => new Date(now)).begin(),
      assess: (beginning: ClockReading): ClockAssessment =>
        state.assessment ?? trustClock(() => new Date(now)).assess(beginning),
    },
    assessment: undefined as ClockAssessment | undefined,
  };
  let now = NOW.getTime();
  /** A worker took the last sample so many minutes ago. */
  const sample = (minutes = 0): void => {
    const history: HistoryDocument = {
      since: ago(90).toISOString(),
      health: { status: 'ok', codes: [] },
      samples: [[now / 1000 - minutes * 60, null, null, null]],
    };
    memory.stored.set(HISTORY, { text: JSON.stringify(history), version: `of ${minutes}` });
  };
  sample();
  const parts: StatusParts = {
    source: 'photos',
    backup: 'photosbackup',
    documents,
    readRuns: async () =>
      state.isStateAway ? await away() : { runs: [], proof: PROOF, findings: state.findings },
    readActivity: async () => {
      await Promise.resolve();
      return {
        minutes: [],
        lagP50Ms: null,
        lagP99Ms: null,
        changes: 1,
        bytes: 1,
        lastMirrored: { photos: ago(1).toISOString() },
        copiedAgain: [],
        workers: state.workers,
      };
    },
    readPause: async () => {
      await Promise.resolve();
      return undefined;
    },
    events: {
      browse: async function* () {
        if (state.isQueueAway || state.areEventsAway) await away();
        await Promise.resolve();
        yield state.waiting;
      },
    },
    listDeadLetters: async function* () {
      if (state.isQueueAway || state.areLettersAway) await away();
      yield* await Promise.resolve(state.letters);
    },
    readAcknowledged: async () => {
      await Promise.resolve();
      return () => false;
    },
    probe: {
      source: async () => await Promise.resolve(),
      backup: async () => (state.isBackupAway ? await away() : undefined),
    },
    versions: () => ({ source: SPOKEN, backup: SPOKEN }),
    readCredentials: async () => await Promise.resolve(() => state.credentials),
    readCanary: undefined,
    canaryContainer: 'canary',
    scope: { ...NO_RULES, containers: { include: [], exclude: ['tmp*'] } },
    limits: { liveWithinMs: 900_000, unprotectedWithinMs: 3_600_000, provenWithinMs: 10_800_000 },
    now: () => new Date(now),
    serviceClock: state.clock,
  };
  return {
    documents,
    state,
    parts,
    sample,
    pass: (ms: number) => (now += ms),
    open: () => createStatusReader(parts).read,
  };
}
