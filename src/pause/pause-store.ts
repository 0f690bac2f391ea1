import { z } from 'zod';
import { theServiceClock } from '../clock/observed-clock.ts';
import {
  type FoundDocument,
  changeDocument,
  documentKind,
  readDocument,
} from '../documents/change-document.ts';
import { NEVER_PAUSED_STATE, type Pause, type PauseState } from '../api/pause.ts';
import type { DocumentStore } from '../ports/document-store.ts';

const DOCUMENT = 'control/pause';
/** Longer than the 14 days that a queue keeps a message, whose age is counted without pauses. */
const KEPT_MS = 15 * 24 * 3_600_000;
const MAX_KEPT = 100;

/** The pause document, which all workers read. */
export interface PauseStore {
  /**
   * A damaged document counts as a pause, whose reason says what to do: mirroring against the operator's will could
   * damage the backup. `pause` and `resume` both rewrite the document.
   */
  readonly read: () => Promise<PauseState>;
  /** Resolves to the current pause: an earlier one, if there is one. */
  readonly pause: (request: Omit<Pause, 'since'>) => Promise<Pause>;
  /** Resolves to the pause that ended; undefined: there was none. */
  readonly resume: () => Promise<Pause | undefined>;
}

const time = z.iso.datetime();

/** As it is stored: an unknown pause is never stored. */
type StoredPauses = Pick<PauseState, 'ended'> & { readonly paused: Omit<Pause, 'isUnknown'> | null };

const PAUSE_DOCUMENT = documentKind<StoredPauses>('the pause', { format: 1 }).of(
  z.object({
    paused: z.object({ since: time, by: z.string().optional(), reason: z.string().optional() }).nullable(),
    ended: z.array(z.object({ since: time, until: time })),
  }),
);

/** Every method rejects with a `BlobmirrorError` of a storage code, or `race-lost`. */
export function createPauseStore(
  documents: DocumentStore,
  now: () => Date = () => theServiceClock.now(),
): PauseStore {
  let damagedSince: string | undefined;

  function toState(found: FoundDocument<PauseState>): PauseState {
    if (found.state !== 'damaged') {
      damagedSince = undefined;
      return found.state === 'there' ? found.value : NEVER_PAUSED_STATE;
    }
    // The last write damaged it.
    damagedSince = found.writtenAt?.toISOString() ?? damagedSince ?? now().toISOString();
    const { code, message } = found.error;
    const reason =
      code === 'document-too-new'
        ? `${code}: ${message}; pause and resume with that release`
        : `${code}: ${message}, so it is not known whether mirroring was paused; run "blobmirror resume" to resume`;
    return { paused: { since: damagedSince, by: 'blobmirror', reason, isUnknown: true }, ended: [] };
  }

  async function change(
    toChanged: (state: PauseState, isDamaged: boolean) => PauseState | undefined,
  ): Promise<PauseState> {
    const { found } = await changeDocument(documents, PAUSE_DOCUMENT, DOCUMENT, (_, each) =>
      toChanged(toState(each), each.state === 'damaged'),
    );
    return found.state === 'damaged' ? NEVER_PAUSED_STATE : toState(found);
  }

  return {
    read: async () => toState(await readDocument(documents, PAUSE_DOCUMENT, DOCUMENT)),
    pause: async (request) => {
      let paused: Pause | undefined;
      const before = await change(({ paused: earlier, ended }, isDamaged) => {
        if (earlier !== null && !isDamaged) return undefined;
        // After the state account has answered, so that its time is known.
        paused = { since: now().toISOString(), ...request };
        return { paused, ended };
      });
      const held = before.paused ?? paused;
      if (held === undefined) throw new Error('a pause holds after it was asked for');
      return held;
    },
    resume: async () => {
      let resumed: Pause | undefined;
      await change(({ paused, ended }) => {
        resumed = paused ?? undefined;
        if (paused === null) return undefined;
        const until = now();
        const isKept = (each: { readonly until: string }): boolean =>
          until.getTime() - Date.parse(each.until) < KEPT_MS;
        const all = [{ since: paused.since, until: until.toISOString() }, ...ended.filter(isKept)];
        return { paused: null, ended: all.slice(0, MAX_KEPT) };
      });
      return resumed;
    },
  };
}
