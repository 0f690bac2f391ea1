import type { FullSyncFindings } from '../api/full-sync-findings.ts';
import type { Problem } from '../api/health-codes.ts';
import type { Alert } from '../api/run.ts';
import { listed } from '../api/statement.ts';

/** A guard keeps what the source may have lost, or cannot mirror what the backup holds: a person has to decide. */
const GUARDS: ReadonlySet<Alert['code']> = new Set<Alert['code']>([
  'source-container-missing',
  'source-container-empty',
  'too-many-deletes',
  'keys-blocked',
]);

/** What to do about each, where --allow-deletes does not help or is not the first thing. */
const GUARD_ADVICE: Partial<Readonly<Record<Alert['code'], string>>> = {
  'source-container-missing':
    'No option deletes what the source has no container for: restore the container there, or, if it is meant to be gone, delete it on the backup yourself.',
  'keys-blocked':
    'Move or delete what occupies their paths on the backup; the report of the run names the keys.',
};

/** The run proves nothing. The next one may; `proven-behind` fails where none does for too long. */
const UNPROVEN: ReadonlySet<Alert['code']> = new Set<Alert['code']>([
  'source-listing-failed',
  'shard-failed',
  'run-abandoned',
  'clock-off',
]);

/**
 * The alerts of full syncs that no later full sync ended, and foreign blobs. `document-damaged` and `document-too-new` are
 * a problem of their own, and `listing-unordered` only makes full syncs slower.
 */
export function judgeFullSyncs({ alerts, foreign }: FullSyncFindings): readonly Problem[] {
  return [
    ...ofAlerts('guard-alerts', alerts, GUARDS, 'A guard of full syncs waits for a decision').map((problem) =>
      withAdvice(problem, new Set(alerts.map(({ code }) => code))),
    ),
    ...ofAlerts('full-sync-incomplete', alerts, UNPROVEN, 'The last full sync did not see everything').map(
      (problem): Problem => ({ ...problem, severity: 'warning' }),
    ),
    ...foreignBlobs(foreign),
  ];
}

function ofAlerts(
  code: Problem['code'],
  alerts: FullSyncFindings['alerts'],
  wanted: ReadonlySet<Alert['code']>,
  what: string,
): readonly Problem[] {
  const byCode = Map.groupBy(
    alerts.filter((alert) => wanted.has(alert.code)),
    (alert) => alert.code,
  );
  if (byCode.size === 0) return [];
  const inWords = (describe: (containers: readonly string[]) => string): string => {
    const each = [...byCode].map(([name, all]) => {
      const containers = all.flatMap(({ container }) => container ?? []);
      return containers.length === 0 ? name : `${name} in ${describe(containers)}`;
    });
    return `${what}: ${each.join('; ')}.`;
  };
  const detail = inWords(listed);
  const publicDetail = inWords(({ length }) => containerCount(length));
  const runs = new Set([...byCode.values()].flat().map(({ run }) => run));
  const [run] = runs;
  return [
    {
      code,
      detail,
      ...(publicDetail !== detail && { publicDetail }),
      ...(runs.size === 1 && run !== undefined && { run }),
    },
  ];
}

function withAdvice(problem: Problem, codes: ReadonlySet<Alert['code']>): Problem {
  const advice = [...codes].flatMap((code) => GUARD_ADVICE[code] ?? []);
  const say = (detail: string): string => [detail, ...advice].join(' ');
  const { detail, publicDetail } = problem;
  return {
    ...problem,
    detail: say(detail),
    ...(publicDetail !== undefined && { publicDetail: say(publicDetail) }),
  };
}

function foreignBlobs(foreign: FullSyncFindings['foreign']): readonly Problem[] {
  if (foreign.length === 0) return [];
  const all = foreign.reduce((sum, { count }) => sum + count, 0);
  const named = foreign.map(({ container, count }) => `${container} (${count.toLocaleString('en')})`);
  const blobs = all === 1 ? '1 blob' : `${all.toLocaleString('en')} blobs`;
  const what = `The last full sync found ${blobs} on the backup that the source lacks and the mirror did not write`;
  return [
    {
      code: 'foreign-blobs',
      detail: `${what}: ${listed(named)}.`,
      publicDetail: `${what}, in ${containerCount(foreign.length)}.`,
      severity: 'warning',
    },
  ];
}

function containerCount(count: number): string {
  return count === 1 ? '1 container' : `${count.toLocaleString('en')} containers`;
}
