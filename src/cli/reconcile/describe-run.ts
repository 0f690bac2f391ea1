import type { ReportLine, Run, RunSummary } from '../../api/run.ts';
import { skipHintOf } from '../../api/skip-hints.ts';
import type { LocalOption } from '../command-options.ts';
import { localized } from '../hints.ts';
import { printEach } from '../output/print.ts';
import { count, quote, toTable } from '../output/table.ts';
import { figuresOf, isOfNothing } from './run-figures.ts';
import type { AdoptionEstimate } from '../../model/adoption.ts';
import { ERRORS } from '../../model/errors.ts';
import { toPrintable } from '../../model/printable.ts';

const UNKNOWN = 'unknown';
/** Only the report has more failures than these. */
const FAILURES = 10;

/** A run as text: what it found, by verdict, and what is left to do. */
export function describeRun(run: Run, options: LocalOption = {}): string {
  const { counts } = run;
  const { keys, outOfStep } = figuresOf(run);
  const isDamaged = run.state === 'damaged';
  const found = isDamaged ? UNKNOWN : `${count(keys, 'key')}, ${outOfStep.toLocaleString('en')} out of step`;
  const sections = [
    toTable([
      ['run', run.id],
      ['state', `${run.state}${run.request.dryRun ? ' (dry run: nothing was written)' : ''}`],
      ['scope', scopeOf(run)],
      ['took', isDamaged ? UNKNOWN : took(run)],
      ['keys', found],
      ['copied', isDamaged ? UNKNOWN : count(counts.bytesCopied, 'byte')],
    ]),
    describeTable('VERDICT', counts.byVerdict),
    describeTable('SKIPPED', counts.skipped, (reason) =>
      localized(skipHintOf(reason, containersOf(run, reason)), options),
    ),
    foreign(run),
    describeTable('FAILED', counts.failed, (code) => localized(hintOf(code), options)),
    run.samples.failed
      .slice(0, FAILURES)
      .map((line) => `${toColumns(line)}\n`)
      .join(''),
    alerts(run, options),
    run.adoption !== undefined && describeAdoption(run.adoption),
    isOfNothing(run) &&
      'nothing matched: neither account has a key in this container, or below this prefix\n',
    outOfStep > 0 && `${localized(`each key: blobmirror reconcile report ${run.id}`, options)}\n`,
  ];
  return sections.filter((section) => section !== false && section !== '').join('\n');
}

/** One line for each run. */
export function describeRuns(runs: readonly RunSummary[], isPaused = false): string {
  if (runs.length === 0) return 'no full syncs\n';
  return toTable([
    ['RUN', 'STATE', 'REASON', 'SCOPE', 'TOOK', 'KEYS', 'REPAIRED', 'SKIPPED', 'FAILED', 'ALERTS'],
    ...runs.map((run) => {
      const { keys, repaired, skipped, failed } = figuresOf(run);
      const found = [keys, repaired, skipped, failed].map(String);
      const known = run.state === 'damaged' ? [UNKNOWN, ...found.map(() => UNKNOWN)] : [took(run), ...found];
      const state = isPaused && isUnderWay(run) ? 'waits (paused)' : run.state;
      return [run.id, state, run.request.reason, scopeOf(run), ...known, String(run.alerts.length)];
    }),
  ]);
}

function scopeOf({ state, request: { container, prefix } }: RunSummary): string {
  if (state === 'damaged') return UNKNOWN;
  if (prefix === undefined) return container ?? 'all';
  return quote(`${container ?? '*'}/${prefix}`);
}

export function isUnderWay({ state }: Pick<RunSummary, 'state'>): boolean {
  return state === 'comparing' || state === 'deleting';
}

function took({ startedAt, updatedAt, endedAt = updatedAt }: RunSummary): string {
  // The two times may come from clocks of different workers.
  const ms = Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
  return `${(ms / 1000).toFixed(1)} s`;
}

function alerts(run: Run, options: LocalOption): string {
  if (run.alerts.length === 0) return '';
  const lines = run.alerts.map(({ code, container, detail }) => [
    code,
    container ?? '',
    localized(detail, options),
  ]);
  return toTable([['ALERT', 'CONTAINER', 'WHAT TO DO'], ...lines]);
}

/** Containers with foreign keys: the names for `--delete-foreign`. */
function foreign({ containers }: Run): string {
  const lines = Object.entries(containers).flatMap(([name, { foreign: found = {}, stopped }]) => {
    const keys = Object.values(found).reduce((sum, each) => sum + each, 0);
    return keys === 0 || stopped === 'container-not-mirrored' ? [] : [[name, keys.toLocaleString('en')]];
  });
  return lines.length === 0 ? '' : toTable([['FOREIGN IN', 'KEYS'], ...lines]);
}

/** The containers of the keys that a run skipped for this reason, as far as it is known. */
function containersOf({ containers, counts, request, samples }: Run, reason: string): readonly string[] {
  const held = Object.entries(containers).filter(([, { foreign: found = {} }]) => (found[reason] ?? 0) > 0);
  if (held.length > 0) return held.map(([name]) => name);
  if (request.container !== undefined) return [request.container];
  const lines = samples.skipped.filter((line) => line.reason === reason);
  return lines.length === counts.skipped[reason] ? lines.map(({ container }) => container) : [];
}

function hintOf(code: string): string {
  return code in ERRORS ? ERRORS[code as keyof typeof ERRORS].hint : '';
}

function describeTable(
  title: string,
  numbers: Readonly<Record<string, number>>,
  hint: (name: string) => string = () => '',
): string {
  const entries = Object.entries(numbers).toSorted(([, a], [, b]) => b - a);
  if (entries.length === 0) return '';
  return toTable([
    [title, 'KEYS', ''],
    ...entries.map(([name, many]) => [name, many.toLocaleString('en'), hint(name)]),
  ]);
}

const COLUMN = 20;

/** Prints the lines of a report, no faster than they are read. */
export async function printLines(lines: AsyncIterable<string>, format: 'table' | 'json'): Promise<void> {
  await printEach(format === 'json' ? lines : toTexts(lines), format);
}

async function* toTexts(lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) yield toColumns(JSON.parse(line) as ReportLine);
}

function toColumns({ container, path, verdict, reason, code, detail }: ReportLine): string {
  const why = [reason ?? code, detail].filter((part) => part !== undefined).join(': ');
  const columns = [verdict.padEnd(COLUMN), quote(`${container}/${path}`), toPrintable(why)];
  return columns.filter(Boolean).join('  ');
}

const GB = 1024 ** 3;

/** The estimate of a dry run with `--adopt`, as text. */
function describeAdoption({
  keys,
  bytes,
  versionedKeys,
  versionedBytes,
  bytesRead,
  dollars,
  assumption,
}: AdoptionEstimate): string {
  const { writes, reads, transfer, versionsPerMonth } = dollars;
  const table = toTable([
    ['ADOPTABLE', '', 'DOLLARS'],
    ['keys', `${count(keys, 'key')}, ${gigabytes(bytes)}`, money(writes)],
    ['to be read', gigabytes(bytesRead), money(reads + transfer)],
    [
      'new versions',
      `${count(versionedKeys, 'version')}, ${gigabytes(versionedBytes)}`,
      `${money(versionsPerMonth)} a month`,
    ],
  ]);
  return `${table}${assumption}\n`;
}

function gigabytes(bytes: number): string {
  if (bytes > 0 && bytes < GB / 1000) return 'less than 0.001 GB';
  return `${(bytes / GB).toLocaleString('en', { maximumFractionDigits: 3 })} GB`;
}

function money(dollars: number): string {
  return dollars > 0 && dollars < 0.01 ? 'less than 0.01' : dollars.toFixed(2);
}
