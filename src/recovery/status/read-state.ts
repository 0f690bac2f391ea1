import type { DeadLetter } from '../../model/dead-letter.ts';
import { type Activity, NO_ACTIVITY } from '../../model/activity.ts';
import type { ErrorCode } from '../../model/errors.ts';
import { toBlobmirrorError } from '../../model/errors.ts';
import type { Status } from '../../model/status.ts';
import type { DocumentKind, FoundDocument } from '../../model/document-kind.ts';
import { readDocument } from '../../ports/read-document.ts';
import { believeCanary, CANARY, CANARY_DOCUMENT, type CanaryDocument } from '../canary/canary-document.ts';
import {
  believeHistory,
  HISTORY,
  HISTORY_DOCUMENT,
  type HistoryDocument,
} from '../history/history-document.ts';
import { within } from '../within.ts';
import type { StatusParts } from './status-parts.ts';

/** What the mirror knows of itself. */
interface State extends Awaited<ReturnType<StatusParts['readRuns']>> {
  readonly history: HistoryDocument | undefined;
  readonly canary: CanaryDocument;
  readonly isAcknowledged: (letter: DeadLetter) => boolean;
  readonly activity: Activity;
  readonly paused: Status['paused'];
  /** The names of documents that are there and cannot be read, so that what they tell is not known. */
  readonly damaged: readonly string[];
}

const ANSWER_WITHIN_MS = 5000;

const NOTHING: State = {
  runs: [],
  proof: undefined,
  history: undefined,
  canary: {},
  isAcknowledged: () => false,
  activity: NO_ACTIVITY,
  paused: undefined,
  damaged: [],
};

export interface SeenState {
  /** As it was last seen, where it cannot be read now. */
  readonly state: State;
  readonly unreachable: ErrorCode | undefined;
  /** False: it was never seen. */
  readonly isKnown: boolean;
}

/** Reads all that is kept of the mirror. The account that keeps it may be the very one that is out of reach. */
export function createStateReader({
  documents,
  readRuns,
  readActivity,
  readPause,
  readAcknowledged,
  now,
}: StatusParts): () => Promise<SeenState> {
  let seen: State | undefined;

  async function read(): Promise<State> {
    const damaged: string[] = [];
    const tell = (name: string): void => void damaged.push(name);
    const find = async <Value>(kind: DocumentKind<Value>, name: string): Promise<FoundDocument<Value>> => {
      const found = await readDocument(documents, kind, name);
      if (found.state === 'damaged') tell(name);
      return found;
    };
    const [recent, history, canary, isAcknowledged, activity, paused] = await Promise.all([
      readRuns(),
      find(HISTORY_DOCUMENT, HISTORY),
      find(CANARY_DOCUMENT, CANARY),
      readAcknowledged(tell),
      readActivity(now(), tell),
      readPause(),
    ]);
    return {
      ...recent,
      history: history.state === 'there' ? believeHistory(history.value, history.writtenAt) : undefined,
      canary: canary.state === 'there' ? believeCanary(canary.value, canary.writtenAt) : {},
      isAcknowledged,
      activity,
      paused,
      damaged: [
        ...damaged,
        ...recent.runs.filter(({ state }) => state === 'damaged').map(({ id }) => `reconcile/runs/${id}`),
      ].toSorted(),
    };
  }

  return async () => {
    try {
      seen = await within(ANSWER_WITHIN_MS, "the mirror's own state", read);
      return { state: seen, unreachable: undefined, isKnown: true };
    } catch (thrown) {
      const { code } = toBlobmirrorError(thrown);
      return { state: seen ?? NOTHING, unreachable: code, isKnown: seen !== undefined };
    }
  };
}
