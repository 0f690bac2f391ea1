import type { DeadLetter } from '../api/dead-letter.ts';
import { type FullSyncFindings, NO_FINDINGS } from '../api/full-sync-findings.ts';
import type { Proof } from '../api/proof.ts';
import type { RunSummary } from '../api/run.ts';
import { type Activity, NO_ACTIVITY, type Status } from '../api/status.ts';
import { NOTHING_ON_RECORD, type RecordedKeys } from '../api/unprotected.ts';
import { within } from '../concurrency/deadline.ts';
import type { ServiceClock } from '../clock/service-clock.ts';
import { type DocumentKind, type FoundDocument, readDocument } from '../documents/change-document.ts';
import { BlobmirrorError, type ErrorCode, toBlobmirrorError } from '../model/errors.ts';
import type { Reading } from '../model/reading.ts';
import type { VersionStatus } from '../model/service-version.ts';
import type { QueueBrowser } from '../ports/dead-letter-queue.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { CANARY, CANARY_DOCUMENT, type CanaryDocument, believeCanary } from './canary.ts';
import { HISTORY, HISTORY_DOCUMENT, type HistoryDocument, believeHistory } from './history.ts';
import type { CredentialReport } from './judge-credentials.ts';
import type { OwnWorker, WorkerReport } from './judge-workers.ts';
import type { HealthLimits } from './judge-health.ts';
import { WAITING_SCAN, WAITING_SCAN_DOCUMENT, type WaitingScan } from './waiting-scan.ts';

/** What a status is read from. */
export interface StatusParts {
  /** Account names. */
  readonly source: string;
  readonly backup: string;
  /** The mirror's name, unless it is `default`. */
  readonly name?: string;
  readonly documents: DocumentStore;
  /** The last runs, the proof, and what stands of what they found. */
  readonly readRuns: () => Promise<{
    readonly runs: readonly RunSummary[];
    readonly proof: Proof | undefined;
    readonly findings: FullSyncFindings;
  }>;
  /** @param damaged called with the name of each document that cannot be read */
  readonly readActivity: (
    now: Date,
    damaged: (name: string) => void,
  ) => Promise<Activity & { readonly workers: readonly WorkerReport[] }>;
  /** The keys on record that are not protected. Default: none. */
  readonly readRecorded?: (damaged: (name: string, error: BlobmirrorError) => void) => Promise<RecordedKeys>;
  readonly readPause: () => Promise<Status['paused']>;
  readonly events: QueueBrowser;
  readonly listDeadLetters: () => AsyncIterable<DeadLetter>;
  /** Resolves to the test for acknowledged dead letters. */
  readonly readAcknowledged: (
    damaged: (name: string, error: BlobmirrorError) => void,
  ) => Promise<(letter: DeadLetter) => boolean>;
  /** One cheap request that needs the mirror's rights; rejects if it fails. */
  readonly probe: { readonly source: () => Promise<unknown>; readonly backup: () => Promise<unknown> };
  /** Reads secrets; resolves to what is then known of the end of each SAS and secret. Never rejects. */
  readonly readCredentials: () => Promise<(now: Date) => readonly CredentialReport[]>;
  /** The API versions that the accounts accept. */
  readonly versions: () => Readonly<Record<'source' | 'backup', VersionStatus>>;
  /** Reads the canary on the backup; undefined: the canary is off. */
  readonly readCanary: (() => Promise<Reading>) | undefined;
  /** A sentence for each variable that is named like a setting and is none. */
  readonly unknownSettings?: readonly string[];
  /** The container of the canary, which is no user data. */
  readonly canaryContainer: string | undefined;
  readonly scope: Status['scope'];
  readonly limits: HealthLimits;
  /** The time of day, by the clocks of the services. */
  readonly now: () => Date;
  /** The clock by which the live recovery point is claimed. */
  readonly serviceClock: Pick<ServiceClock, 'begin' | 'assess'>;
  /** This worker, as it is now; undefined: this process is none. */
  readonly worker?: () => OwnWorker;
  /** Of a command: a digest of each setting that all workers should share, by its name. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The documents of the mirror. */
interface State extends Awaited<ReturnType<StatusParts['readRuns']>> {
  readonly history: HistoryDocument | undefined;
  readonly canary: CanaryDocument;
  /** What is known of a queue that is too long to be read at once. */
  readonly scan: WaitingScan | undefined;
  readonly isAcknowledged: (letter: DeadLetter) => boolean;
  readonly activity: Activity;
  readonly workers: readonly WorkerReport[];
  readonly recorded: RecordedKeys;
  readonly paused: Status['paused'];
  /** The names of documents that exist and cannot be read, so that their content is not known. */
  readonly damaged: readonly string[];
  /** The names of those that a newer release wrote in a format of its own. */
  readonly tooNew: readonly string[];
}

const ANSWER_WITHIN_MS = 5000;

const NOTHING: State = {
  runs: [],
  proof: undefined,
  findings: NO_FINDINGS,
  history: undefined,
  canary: {},
  scan: undefined,
  isAcknowledged: () => false,
  activity: NO_ACTIVITY,
  workers: [],
  recorded: NOTHING_ON_RECORD,
  paused: undefined,
  damaged: [],
  tooNew: [],
};

export interface KnownState {
  /** If it cannot be read now, the last known state. */
  readonly state: State;
  /** When it was read; undefined: never. */
  readonly readAt: Date | undefined;
  readonly unreachable: ErrorCode | undefined;
}

/** Reads the documents of the mirror. Their account may be out of reach. */
export function createStateReader({
  documents,
  readRuns,
  readActivity,
  readRecorded = async () => await Promise.resolve(NOTHING_ON_RECORD),
  readPause,
  readAcknowledged,
  now,
}: StatusParts): () => Promise<KnownState> {
  let seen: State | undefined;
  let readAt: Date | undefined;

  async function read(): Promise<State> {
    const [damaged, tooNew]: [string[], string[]] = [[], []];
    const tell = (name: string, error?: BlobmirrorError): void =>
      void (error?.code === 'document-too-new' ? tooNew : damaged).push(name);
    const find = async <Value>(kind: DocumentKind<Value>, name: string): Promise<FoundDocument<Value>> => {
      const found = await readDocument(documents, kind, name);
      if (found.state === 'damaged') tell(name, found.error);
      return found;
    };
    const [recent, history, canary, scan, isAcknowledged, { workers, ...activity }, recorded, paused] =
      await Promise.all([
        readRuns(),
        find(HISTORY_DOCUMENT, HISTORY),
        find(CANARY_DOCUMENT, CANARY),
        find(WAITING_SCAN_DOCUMENT, WAITING_SCAN),
        readAcknowledged(tell),
        readActivity(now(), tell),
        readRecorded(tell),
        readPause(),
      ]);
    for (const { id, state, alerts } of recent.runs) {
      const isTooNew = alerts.some(({ code }) => code === 'document-too-new');
      if (state === 'damaged') (isTooNew ? tooNew : damaged).push(`reconcile/runs/${id}`);
    }
    return {
      ...recent,
      history: history.state === 'there' ? believeHistory(history.value, history.writtenAt) : undefined,
      canary: canary.state === 'there' ? believeCanary(canary.value, canary.writtenAt) : {},
      scan: scan.state === 'there' ? scan.value : undefined,
      isAcknowledged,
      activity,
      workers,
      recorded,
      paused,
      damaged: damaged.toSorted(),
      tooNew: tooNew.toSorted(),
    };
  }

  return async () => {
    try {
      seen = await answerWithin(ANSWER_WITHIN_MS, "the mirror's own state", read);
      readAt = now();
      return { state: seen, readAt, unreachable: undefined };
    } catch (thrown) {
      const { code } = toBlobmirrorError(thrown);
      return { state: seen ?? NOTHING, readAt, unreachable: code };
    }
  };
}

/**
 * The result of a call, or `storage-unavailable` if it took too long: an operator waits for the status, and a
 * connection takes minutes to notice that its other end is gone.
 */
export async function answerWithin<Result>(
  ms: number,
  what: string,
  call: () => Promise<Result>,
): Promise<Result> {
  return await within(
    ms,
    call(),
    () => new BlobmirrorError('storage-unavailable', `${what} did not answer within ${ms / 1000} s`),
  );
}
