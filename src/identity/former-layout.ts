/**
 * How the release before this one named its documents: without a mirror's id before them, so that all mirrors with one
 * container of the state shared them. Frozen: what was written so long ago keeps its names.
 */

/** Of which each mirror takes a copy, the last hour's activity beside them. */
export const FORMER_DOCUMENTS = [
  'control/pause',
  'control/acknowledged',
  'deadletters/told',
  'recovery/history',
  'recovery/canary',
  'session/secret',
] as const;
export const FORMER_ACTIVITY = 'activity/';
export const FORMER_CURRENT = 'reconcile/current';
export const FORMER_RUNS = 'reconcile/runs/';

const OF_RUN = /^reconcile\/(?:runs\/([^/.]+)|slices\/([^/.]+)\..*)$/;

/** The run that a document is of; undefined where it is of none. */
export function runOf(name: string): string | undefined {
  const [, run, slice] = OF_RUN.exec(name) ?? [];
  return run ?? slice;
}

/** As much of a run as decides whose it is. */
export interface FormerRun {
  readonly mirror: string | undefined;
  readonly isUnderWay: boolean;
}

export function parseFormerRun(value: unknown): FormerRun | undefined {
  if (typeof value !== 'object' || value === null || !('state' in value)) return undefined;
  const mirror = 'mirror' in value && typeof value.mirror === 'string' ? value.mirror : undefined;
  return { mirror, isUnderWay: value.state === 'comparing' || value.state === 'deleting' };
}
