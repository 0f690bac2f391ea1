import type { Alert, Run } from './run.ts';

/** Most are told in another member as well; neither alone is believed to be all. */
const LOST_SIGHT: ReadonlySet<Alert['code']> = new Set<Alert['code']>([
  'source-listing-failed',
  'shard-failed',
  'run-abandoned',
  // Nobody knows when it began.
  'clock-off',
]);

/**
 * Whether a run saw every change that the source had before it began, and repaired it, the keys in its report excepted:
 * a run of everything that came to its end, under these very settings, and lost nothing from sight on the way.
 *
 * @param mirror what the settings say is mirrored: see `Run.mirror`
 */
export function isProof(run: Run, mirror: string): boolean {
  const { state, request, shards, containers, alerts, sourceListingFailed } = run;
  const walked = new Set(Object.values(shards).map(({ container }) => container));
  return (
    state === 'done' &&
    request.container === undefined &&
    (request.prefix ?? '') === '' &&
    !request.dryRun &&
    !sourceListingFailed &&
    !alerts.some(({ code }) => LOST_SIGHT.has(code)) &&
    Object.values(shards).every(({ isDone, failed }) => isDone && failed === undefined) &&
    // Nothing that the run knew of was left unwalked, but what cannot be named on the backup, which it excepts.
    Object.entries(containers).every(([name, { failed }]) => failed !== undefined || walked.has(name)) &&
    run.mirror === mirror
  );
}
