import type { RunSummary } from '../../model/reconcile/run-summary.ts';

/** A full sync in one row. */
export function describeRunLine({ id, state, counts, alerts }: RunSummary): [string, string, string] {
  const sum = (tally: Readonly<Record<string, number>>): number =>
    Object.values(tally).reduce((all, each) => all + each, 0);
  const told: [number, string][] = [
    [counts.inStep, 'in step'],
    [counts.nominated, 'out of step'],
    [sum(counts.skipped), 'skipped'],
    [sum(counts.failed), 'failed'],
    [alerts.length, alerts.length === 1 ? 'alert' : 'alerts'],
  ];
  const found = told
    .filter(([number], i) => i === 0 || number > 0)
    .map(([number, what]) => `${number.toLocaleString('en')} ${what}`);
  return [id, state, found.join(', ')];
}
