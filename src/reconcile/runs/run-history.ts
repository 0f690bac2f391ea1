import {
  type FullSyncFindings,
  type JudgedRun,
  gatherFindings,
  judgeRun,
} from '../../api/full-sync-findings.ts';
import { type Proof, isProof, toProof } from '../../api/proof.ts';
import { type RunSummary, toSummary } from '../../api/run.ts';
import type { RunId } from '../../model/run-id.ts';
import { type RunStore, isUnderWay } from './run-store.ts';

/** The last runs, cached for frequent readers. */
export interface RunHistory {
  /** @throws BlobmirrorError any storage code */
  readonly read: () => Promise<RecentRuns>;
}

interface RecentRuns {
  /** The newest first. */
  readonly runs: readonly RunSummary[];
  /** The proof of the newest run that has one. */
  readonly proof: Proof | undefined;
  readonly findings: FullSyncFindings;
}

interface CachedRun {
  readonly summary: RunSummary;
  readonly proof: Proof | undefined;
  readonly judged: JudgedRun;
  /** Milliseconds, by the steady clock. */
  readonly readAt: number;
}

const SHOWN = 10;
/** The run of the proof is read again this often: a command that starts later reads it and must not contradict. */
const PROOF_MAX_AGE_MS = 60_000;

/**
 * @param mirror digest of the settings: see `Run.mirror`
 * @param steady milliseconds, by a clock that never goes back
 */
export function createRunHistory(
  runs: Pick<RunStore, 'ids' | 'read'>,
  mirror: string,
  steady = () => performance.now(),
): RunHistory {
  /** Runs that have ended do not change. */
  let ended = new Map<RunId, CachedRun>();

  async function readCached(id: RunId): Promise<CachedRun | undefined> {
    const known = ended.get(id);
    if (known !== undefined) return known;
    const run = await runs.read(id);
    if (run === undefined) return undefined;
    const proof = isProof(run, mirror) ? toProof(run) : undefined;
    const read = { summary: toSummary(run), proof, judged: judgeRun(run, mirror), readAt: steady() };
    // A damaged document may be restored.
    if (!isUnderWay(run) && run.state !== 'damaged') ended.set(id, read);
    return read;
  }

  /** @param shown the cached first runs; a run that is read again replaces its entry */
  async function newestProof(
    ids: readonly RunId[],
    shown: (CachedRun | undefined)[],
  ): Promise<Proof | undefined> {
    for (const [i, id] of ids.entries()) {
      let known = i < shown.length ? shown[i] : await readCached(id);
      if (known?.proof !== undefined && steady() - known.readAt >= PROOF_MAX_AGE_MS) {
        ended.delete(id);
        known = await readCached(id);
        if (i < shown.length) shown[i] = known;
      }
      if (known?.proof !== undefined) return known.proof;
    }
    return undefined;
  }

  /** As far back as the last run that judged all containers. */
  async function* judgedRuns(
    ids: readonly RunId[],
    shown: readonly (CachedRun | undefined)[],
  ): AsyncGenerator<JudgedRun> {
    for (const [i, id] of ids.entries()) {
      const known = i < shown.length ? shown[i] : await readCached(id);
      if (known !== undefined) yield known.judged;
    }
  }

  return {
    read: async () => {
      const ids = await runs.ids();
      const shown = await Promise.all(ids.slice(0, SHOWN).map(readCached));
      const proof = await newestProof(ids, shown);
      const findings = await gatherFindings(judgedRuns(ids, shown));
      const kept = new Set(ids);
      ended = new Map([...ended].filter(([id]) => kept.has(id)));
      return { runs: shown.flatMap((each) => each?.summary ?? []), proof, findings };
    },
  };
}
