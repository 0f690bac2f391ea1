import { isProof } from '../../model/reconcile/is-proof.js';
import { type Proof, toProof } from '../../model/reconcile/proof.js';
import { type RunSummary, toSummary } from '../../model/reconcile/run-summary.js';
import type { RunId } from '../../model/reconcile/run.js';
import { isUnderWay } from './run-progress.js';
import type { RunStore } from './run-store.js';

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
}

const SHOWN = 10;

/** @param mirror what the settings say is mirrored: see `Run.mirror` */
export function createRunHistory(runs: Pick<RunStore, 'ids' | 'read'>, mirror: string): RunHistory {
  /** A run that has ended changes no more. */
  let ended = new Map<RunId, Known>();

  async function know(id: RunId): Promise<Known | undefined> {
    const known = ended.get(id);
    if (known !== undefined) return known;
    const run = await runs.read(id);
    if (run === undefined) return undefined;
    const read = { summary: toSummary(run), proof: isProof(run, mirror) ? toProof(run) : undefined };
    // Somebody may put a damaged one back as it was.
    if (!isUnderWay(run) && run.state !== 'damaged') ended.set(id, read);
    return read;
  }

  return {
    read: async () => {
      const ids = await runs.ids();
      const shown = (await Promise.all(ids.slice(0, SHOWN).map(know))).filter((each) => each !== undefined);
      let proof = shown.find((each) => each.proof !== undefined)?.proof;
      for (const id of ids.slice(SHOWN)) {
        if (proof !== undefined) break;
        proof = (await know(id))?.proof;
      }
      const kept = new Set(ids);
      ended = new Map([...ended].filter(([id]) => kept.has(id)));
      return { runs: shown.map(({ summary }) => summary), proof };
    },
  };
}
