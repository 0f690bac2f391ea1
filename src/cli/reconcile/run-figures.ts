import type { Counts, Run } from '../../api/run.ts';
import { EXIT } from '../exit-codes.ts';

/** Key counts of a run. */
export interface RunFigures {
  /** Compared, in step or not. */
  readonly keys: number;
  readonly outOfStep: number;
  /** Written or deleted on the backup. */
  readonly repaired: number;
  readonly skipped: number;
  readonly failed: number;
}

/** Verdicts that change nothing on the backup. The last five are those of a dry run. */
const NO_REPAIR: ReadonlySet<string> = new Set([
  'in-sync',
  'skipped',
  'failed',
  'unfinished',
  'missing',
  'extra',
  'foreign',
  'adoptable',
  'different',
]);

export function figuresOf({ counts }: { readonly counts: Counts }): RunFigures {
  const { byVerdict } = counts;
  return {
    keys: counts.inStep + counts.nominated,
    outOfStep: counts.nominated,
    repaired: sum(Object.entries(byVerdict).map(([verdict, many]) => (NO_REPAIR.has(verdict) ? 0 : many))),
    skipped: sum(Object.values(counts.skipped)),
    failed: sum(Object.values(counts.failed)),
  };
}

/** Whether the key count of a former run predicts that of another. */
export function isOfSameScope(former: Run, run: Run): boolean {
  return (
    former.id !== run.id &&
    former.state === 'done' &&
    former.request.container === run.request.container &&
    former.request.prefix === run.request.prefix
  );
}

/** Seconds, estimated by the keys of a former run of the same scope. Undefined without one. */
export function secondsLeft(
  keys: number,
  seconds: number,
  formerKeys: number | undefined,
): number | undefined {
  if (formerKeys === undefined || keys === 0 || keys >= formerKeys) return undefined;
  return ((formerKeys - keys) * seconds) / keys;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

/** @param run has ended */
export function exitStatusOf(run: Run): number {
  const isWhole = run.state === 'done' && run.alerts.length === 0 && figuresOf(run).failed === 0;
  if (!isWhole) return EXIT.incomplete;
  return isOfNothing(run) ? EXIT.nothing : EXIT.done;
}

/** Whether a run of one container or prefix met no key at all: most likely its name or prefix is misspelt. */
export function isOfNothing({ state, request, counts }: Pick<Run, 'state' | 'request' | 'counts'>): boolean {
  const isRestricted = request.container !== undefined || (request.prefix ?? '') !== '';
  const { inStep, nominated, byVerdict, skipped, failed } = counts;
  const met = [byVerdict, skipped, failed].flatMap((each) => Object.values(each));
  return state === 'done' && isRestricted && sum([inStep, nominated, ...met]) === 0;
}
