import type { Run } from './run.js';

/**
 * Whether a run saw every change that the source had before it began, and repaired it, the keys in its report excepted:
 * a run of everything that came to its end, under these very settings, and lost nothing from sight on the way.
 *
 * @param mirror what the settings say is mirrored: see `Run.mirror`
 */
export function isProof(run: Run, mirror: string): boolean {
  const { state, request, shards, sourceListingFailed, alerts } = run;
  return (
    state === 'done' &&
    request.container === undefined &&
    (request.prefix ?? '') === '' &&
    !request.dryRun &&
    !sourceListingFailed &&
    // Nobody knows when it began.
    alerts.every(({ code }) => code !== 'clock-off') &&
    Object.values(shards).every(({ failed }) => failed === undefined) &&
    run.mirror === mirror
  );
}
