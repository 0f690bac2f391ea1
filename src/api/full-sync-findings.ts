import type { Alert, Run } from './run.ts';
import { LOST_SIGHT } from './proof.ts';
import type { RunId } from '../model/run-id.ts';

/** What the last full syncs found, and no later one has found to be over. */
export interface FullSyncFindings {
  readonly alerts: readonly StandingAlert[];
  /** Blobs of the backup that the source lacks and the mirror did not write, by container, most first. */
  readonly foreign: readonly { readonly container: string; readonly count: number }[];
}

interface StandingAlert extends Pick<Alert, 'code' | 'container'> {
  readonly run: RunId;
}

export const NO_FINDINGS: FullSyncFindings = { alerts: [], foreign: [] };

/** What one run found, and which containers it judged. */
export interface JudgedRun {
  readonly run: RunId;
  readonly alerts: readonly Pick<Alert, 'code' | 'container'>[];
  /** The containers in which this run ended what earlier runs found. */
  readonly judged: 'all' | readonly string[];
  readonly foreign: ReadonlyMap<string, number>;
}

/**
 * A dry run changes nothing and judges nothing. A run that was cancelled, saw only a prefix, or had other settings raises
 * alerts and ends none; nor does one end any where it could not see.
 *
 * @param mirror digest of the settings: see `Run.mirror`
 */
export function judgeRun(run: Run, mirror: string): JudgedRun {
  const { id, state, request, alerts, containers } = run;
  if (request.dryRun || state === 'damaged') return { run: id, alerts: [], judged: [], foreign: new Map() };
  const blind = alerts.filter(({ code }) => LOST_SIGHT.has(code));
  const isComplete = state === 'done' && (request.prefix ?? '') === '' && run.mirror === mirror;
  const isBlind = !isComplete || blind.some(({ container }) => container === undefined);
  const hidden = new Set(blind.map(({ container }) => container));
  const seen = Object.keys(containers).filter((container) => !hidden.has(container));
  const all = request.container === undefined && blind.length === 0 ? 'all' : seen;
  return {
    run: id,
    alerts: alerts.map(({ code, container }) => ({ code, ...(container !== undefined && { container }) })),
    judged: isBlind ? [] : all,
    foreign: new Map(Object.entries(containers).flatMap(toForeign)),
  };
}

function toForeign([name, { foreign = {}, stopped }]: [string, Run['containers'][string]]): [
  string,
  number,
][] {
  // A container of somebody else: nothing in it was ever mirrored.
  if (stopped === 'container-not-mirrored') return [];
  const count = Object.values(foreign).reduce((sum, each) => sum + each, 0);
  return count === 0 ? [] : [[name, count]];
}

/**
 * What stands: each alert until a later run judges its container, or all of them where it names none.
 *
 * @param runs the newest first; no more are read than are needed
 */
export async function gatherFindings(runs: AsyncIterable<JudgedRun>): Promise<FullSyncFindings> {
  const standing = new Map<string, StandingAlert>();
  const foreign = new Map<string, number>();
  const over = new Set<string>();
  for await (const { run, alerts, judged, foreign: found } of runs) {
    for (const alert of alerts) {
      const { code, container } = alert;
      const name = `${code} ${container ?? ''}`;
      if (container !== undefined && over.has(container)) continue;
      if (!standing.has(name)) standing.set(name, { ...alert, run });
    }
    const all = judged === 'all' ? [...found.keys()] : judged;
    for (const container of all) {
      const count = found.get(container) ?? 0;
      if (count > 0 && !over.has(container)) foreign.set(container, count);
    }
    if (judged === 'all') break;
    for (const container of judged) over.add(container);
  }
  return {
    alerts: [...standing.values()],
    foreign: [...foreign]
      .map(([container, count]) => ({ container, count }))
      .toSorted((one, other) => other.count - one.count),
  };
}
