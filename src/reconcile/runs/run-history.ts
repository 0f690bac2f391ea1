import { type Proof, isProof, toProof } from '../../api/proof.ts';
import { type RunSummary, toSummary } from '../../api/run.ts';
import type { RunId } from '../../model/run-id.ts';
import { isUnderWay } from './run-state.ts';
import type { RunStore } from './run-store.ts';

/** The last runs, for those who ask often. */
export interface RunHistory {
  /** @throws BlobmirrorError any storage code */
  readonly read: () => Promise<RecentRuns>;
}

interface RecentRuns {
  /** The newest first. */
  readonly runs: readonly RunSummary[];
  /** What the newest run that proves anything proved. */
  readonly proof: Proof | undefined;
}

interface Known {
  readonly summary: RunSummary;
  readonly proof: Proof | undefined;
  /** Milliseconds, by the steady clock. */
  readonly readAt: number;
}

const SHOWN = 10;
/** What a statement rests on is looked at again: a command that begins later must not say otherwise. */
const PROOF_AGAIN_MS = 60_000;

/**
 * @param mirror what the settings say is mirrored: see `Run.mirror`
 * @param steady milliseconds, by a clock that never goes back
 */
export function createRunHistory(
  runs: Pick<RunStore, 'ids' | 'read'>,
  mirror: string,
  steady = () => performance.now(),
): RunHistory {
  /** A run that has ended changes no more. */
  let ended = new Map<RunId, Known>();

  async function know(id: RunId): Promise<Known | undefined> {
    const known = ended.get(id);
    if (known !== undefined) return known;
    const run = await runs.read(id);
    if (run === undefined) return undefined;
    const proof = isProof(run, mirror) ? toProof(run) : undefined;
    const read = { summary: toSummary(run), proof, readAt: steady() };
    // Somebody may put a damaged one back as it was.
    if (!isUnderWay(run) && run.state !== 'damaged') ended.set(id, read);
    return read;
  }

  /** @param shown what is known of the first of them; what is read again of it takes its place there */
  async function newestProof(
    ids: readonly RunId[],
    shown: (Known | undefined)[],
  ): Promise<Proof | undefined> {
    for (const [i, id] of ids.entries()) {
      let known = i < shown.length ? shown[i] : await know(id);
      if (known?.proof !== undefined && steady() - known.readAt >= PROOF_AGAIN_MS) {
        ended.delete(id);
        known = await know(id);
        if (i < shown.length) shown[i] = known;
      }
      if (known?.proof !== undefined) return known.proof;
    }
    return undefined;
  }

  return {
    read: async () => {
      const ids = await runs.ids();
      const shown = await Promise.all(ids.slice(0, SHOWN).map(know));
      const proof = await newestProof(ids, shown);
      const kept = new Set(ids);
      ended = new Map([...ended].filter(([id]) => kept.has(id)));
      return { runs: shown.flatMap((each) => each?.summary ?? []), proof };
    },
  };
}
