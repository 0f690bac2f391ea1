import { ERRORS } from '../../model/errors.ts';
import { skipHintOf } from '../../model/skip-hints.ts';
import type { RunSummary } from '../../model/reconcile/run-summary.ts';
import type { Run } from '../../model/reconcile/run.ts';
import { localFlag, type LocalOption } from '../local-option.ts';
import { toTable } from '../output/to-table.ts';
import { describeAdoption } from './describe-adoption.ts';
import { count, quote } from '../plain-text.ts';
import { toColumns } from './print-lines.ts';
import { figuresOf } from './run-figures.ts';

/** More failures than these are told of in the report alone. */
const FAILURES = 10;

/** A run for people: what it found, by verdict, and what it leaves to them. */
export function describeRun(run: Run, options: LocalOption = {}): string {
  const { counts } = run;
  const { keys, outOfStep } = figuresOf(run);
  const sections = [
    toTable([
      ['run', run.id],
      ['state', `${run.state}${run.request.dryRun ? ' (dry run: nothing was written)' : ''}`],
      ['scope', scopeOf(run)],
      ['took', took(run)],
      ['keys', `${count(keys, 'key')}, ${outOfStep.toLocaleString('en')} out of step`],
      ['copied', count(counts.bytesCopied, 'byte')],
    ]),
    table('VERDICT', counts.byVerdict),
    table('SKIPPED', counts.skipped, skipHintOf),
    foreign(run),
    table('FAILED', counts.failed, hintOf),
    run.samples.failed
      .slice(0, FAILURES)
      .map((line) => `${toColumns(line)}\n`)
      .join(''),
    alerts(run),
    run.adoption !== undefined && describeAdoption(run.adoption),
    outOfStep > 0 && `each key: blobmirror reconcile report ${run.id}${localFlag(options)}\n`,
  ];
  return sections.filter((section) => section !== false && section !== '').join('\n');
}

/** One line for each run. */
export function describeRuns(runs: readonly RunSummary[]): string {
  if (runs.length === 0) return '';
  return toTable([
    ['RUN', 'STATE', 'REASON', 'SCOPE', 'TOOK', 'KEYS', 'REPAIRED', 'SKIPPED', 'FAILED', 'ALERTS'],
    ...runs.map((run) => {
      const { keys, repaired, skipped, failed } = figuresOf(run);
      const numbers = [keys, repaired, skipped, failed, run.alerts.length];
      return [run.id, run.state, run.request.reason, scopeOf(run), took(run), ...numbers.map(String)];
    }),
  ]);
}

function scopeOf({ state, request: { container, prefix } }: RunSummary): string {
  if (state === 'damaged') return 'unknown';
  if (prefix === undefined) return container ?? 'all';
  return quote(`${container ?? '*'}/${prefix}`);
}

function took({ startedAt, updatedAt, endedAt = updatedAt }: RunSummary): string {
  return `${((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`;
}

function alerts(run: Run): string {
  if (run.alerts.length === 0) return '';
  const lines = run.alerts.map(({ code, container, detail }) => [code, container ?? '', detail]);
  return toTable([['ALERT', 'CONTAINER', 'WHAT TO DO'], ...lines]);
}

/** Where what is foreign is, so that it can be named. */
function foreign({ containers }: Run): string {
  const lines = Object.entries(containers).flatMap(([name, { foreign: found = {}, stopped }]) => {
    const keys = Object.values(found).reduce((sum, each) => sum + each, 0);
    return keys === 0 || stopped === 'container-not-mirrored' ? [] : [[name, keys.toLocaleString('en')]];
  });
  return lines.length === 0 ? '' : toTable([['FOREIGN IN', 'KEYS'], ...lines]);
}

function hintOf(code: string): string {
  return code in ERRORS ? ERRORS[code as keyof typeof ERRORS].hint : '';
}

function table(
  title: string,
  numbers: Readonly<Record<string, number>>,
  tell: (name: string) => string = () => '',
): string {
  const entries = Object.entries(numbers).toSorted(([, a], [, b]) => b - a);
  if (entries.length === 0) return '';
  return toTable([
    [title, 'KEYS', ''],
    ...entries.map(([name, many]) => [name, many.toLocaleString('en'), tell(name)]),
  ]);
}
