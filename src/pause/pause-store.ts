import { z } from 'zod';
import { theServiceClock } from '../clock/process-clocks.ts';
import { type FoundDocument, documentKind } from '../documents/document-kind.ts';
import { NEVER_PAUSED_STATE, type Pause, type PauseState } from '../api/pause.ts';
import { changeDocument, readDocument } from '../documents/change-document.ts';
import type { DocumentStore } from '../ports/document-store.ts';

const DOCUMENT = 'control/pause';
/** No message is older than the fortnight that a queue keeps it. */
const KEPT_MS = 15 * 24 * 3_600_000;
const MOST_KEPT = 100;

/** The wish that mirroring stand still, or go on: one document, for every worker. */
export interface PauseStore {
  /**
   * Whether somebody wished for a pause cannot be told from a damaged document, and to go on against that wish could
   * cost the backup: then it is paused, and the reason says what to do. Either wish makes the document anew.
   */
  readonly read: () => Promise<PauseState>;
  /** Resolves to the pause that holds: an earlier one, if there is one. */
  readonly pause: (wish: Omit<Pause, 'since'>) => Promise<Pause>;
  /** Resolves to the pause that ended; undefined when there was none. */
  readonly resume: () => Promise<Pause | undefined>;
}

const time = z.iso.datetime();

/** As it is stored: nobody stores that a pause is unknown. */
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
    // Whoever damaged it wrote it then.
    damagedSince = found.writtenAt?.toISOString() ?? damagedSince ?? now().toISOString();
    const { code, message } = found.error;
    const reason =
      code === 'document-too-new'
        ? `${code}: ${message}; pause and resume with that release`
        : `${code}: ${message}, so that it is not known whether somebody paused; "blobmirror resume" lets mirroring go on`;
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
    pause: async (wish) => {
      let paused: Pause | undefined;
      const before = await change(({ paused: earlier, ended }, isDamaged) => {
        if (earlier !== null && !isDamaged) return undefined;
        // Asked after the state has answered, and so told its time.
        paused = { since: now().toISOString(), ...wish };
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
        return { paused: null, ended: all.slice(0, MOST_KEPT) };
      });
      return resumed;
    },
  };
}
