import { theServiceClock } from '../clock/the-service-clock.js';
import { NEVER_PAUSED_STATE, type Pause, type PauseState } from '../model/pause.js';
import { changeDocument } from '../ports/change-document.js';
import type { DocumentStore } from '../ports/document-store.js';

const DOCUMENT = 'control/pause';
/** No message is older than the fortnight that a queue keeps it. */
const KEPT_MS = 15 * 24 * 3_600_000;
const MOST_KEPT = 100;

/** The wish that mirroring stand still, or go on: one document, for every worker. */
export interface Pauses {
  readonly read: () => Promise<PauseState>;
  /** Resolves to the pause that holds: an earlier one, if there is one. */
  readonly pause: (wish: Omit<Pause, 'since'>) => Promise<Pause>;
  /** Resolves to the pause that ended; undefined when there was none. */
  readonly resume: () => Promise<Pause | undefined>;
}

/** Every method rejects with a `BlobmirrorError` of a storage code, or `race-lost`. */
export function createPauses(
  documents: DocumentStore,
  now: () => Date = () => theServiceClock.now(),
): Pauses {
  async function change(toChanged: (state: PauseState) => PauseState | undefined): Promise<PauseState> {
    const { before } = await changeDocument(documents, DOCUMENT, (value) => toChanged(toState(value)));
    return toState(before);
  }

  return {
    read: async () => toState((await documents.read(DOCUMENT))?.value),
    pause: async (wish) => {
      let paused: Pause | undefined;
      const before = await change((state) => {
        if (state.paused !== null) return undefined;
        // Asked after the state has answered, and so told its time.
        paused = { since: now().toISOString(), ...wish };
        return { ...state, paused };
      });
      const held = before.paused ?? paused;
      if (held === undefined) throw new Error('a pause holds after it was asked for');
      return held;
    },
    resume: async () => {
      const before = await change(({ paused, ended }) => {
        if (paused === null) return undefined;
        const until = now();
        const isKept = (each: { readonly until: string }): boolean =>
          until.getTime() - Date.parse(each.until) < KEPT_MS;
        const all = [{ since: paused.since, until: until.toISOString() }, ...ended.filter(isKept)];
        return { paused: null, ended: all.slice(0, MOST_KEPT) };
      });
      return before.paused ?? undefined;
    },
  };
}

/** Written by us alone. */
function toState(value: unknown): PauseState {
  return (value as PauseState | undefined) ?? NEVER_PAUSED_STATE;
}
