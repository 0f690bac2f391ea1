import { HEALTH_CODES, type HealthCode } from '../api/health-codes.ts';
import type { RunSummary } from '../api/run.ts';
import { describeScope } from '../api/scope-status.ts';
import { skipHintOf } from '../api/skip-hints.ts';
import { formatBytes, formatDuration } from '../api/statement.ts';
import type { Status } from '../api/status.ts';
import type { LocalOption } from './command-options.ts';
import { localized } from './hints.ts';
import { count, toTable } from './output/table.ts';
import { toPrintable } from '../model/printable.ts';

/** The status as text, most urgent first: recovery point, problems with what to do, backlog, and the rest. */
export function describeStatus(status: Status, options: LocalOption): string {
  return [
    head(status),
    localized(problems(status), options),
    facts(status),
    localized(excepted(status), options),
    copiedAgain(status),
    containers(status),
    runs(status),
  ]
    .filter(Boolean)
    .join('\n');
}

function head({ source, backup, name, statement, health, paused, stateAsOf, at }: Status): string {
  const well = health.status === 'ok' ? 'ok' : 'FAILING';
  const by = paused?.by === undefined ? '' : ` by ${toPrintable(paused.by)}`;
  const why = paused?.reason === undefined ? '' : `: ${toPrintable(paused.reason)}`;
  return [
    statement,
    `health ${well} at ${utc(at)}, ${source} -> ${backup}${name === undefined ? '' : `, mirror ${name}`}`,
    ...(paused === undefined ? [] : [`PAUSED since ${utc(paused.since)}${by}${why}`]),
    ...(stateAsOf === undefined ? [] : [aboutState(stateAsOf)]),
    '',
  ].join('\n');
}

function utc(time: string): string {
  return `${time.slice(0, 19).replace('T', ' ')} UTC`;
}

function aboutState(asOf: string | null): string {
  const what = 'proven, pause, canary, last hour, containers and full syncs';
  return asOf === null
    ? `The mirror's state cannot be read, so these are unknown: ${what}.`
    : `The mirror's state cannot be read, so these are as of ${utc(asOf)}: ${what}.`;
}

function problems({ health, paused }: Status): string {
  const rows = health.problems.map(({ code, detail, severity, run }) => {
    const known = HEALTH_CODES[code as HealthCode] as (typeof HEALTH_CODES)[HealthCode] | undefined;
    return [
      `${severity === 'warning' ? 'warning ' : ''}${code}: ${detail}`,
      ...(known === undefined
        ? []
        : [
            `  what to do: ${known.toDo}`,
            `  next: ${run === undefined ? known.next : `blobmirror reconcile show ${run}`}`,
          ]),
    ];
  });
  if (paused !== undefined) rows.push([`Mirroring is paused.`, `  next: blobmirror resume`]);
  return rows
    .flat()
    .map((line) => `${line}\n`)
    .join('');
}

const UNKNOWN = '(unknown)';

function facts({ recovery, backlog, deadLetters, activity, scope, stateAsOf }: Status): string {
  const { proven, live, canary } = recovery;
  const age = (point: { readonly ageMs: number } | null): string =>
    point === null ? UNKNOWN : `${formatDuration(point.ageMs)} ago`;
  const isMore = (complete: boolean): string => (complete ? '' : 'at least ');
  const isStateUnknown = stateAsOf === null;
  const nothing = isStateUnknown ? UNKNOWN : '(nothing yet)';
  const oldest = backlog.byAge.filter(({ messages }) => messages > 0);
  const lag =
    activity.lagP50Ms === null || activity.lagP99Ms === null
      ? ''
      : `, lag ${formatDuration(activity.lagP50Ms)} (p50), ${formatDuration(activity.lagP99Ms)} (p99)`;
  const retries =
    backlog.scheduled > 0 ? `, ${backlog.scheduled.toLocaleString('en')} scheduled for a retry` : '';
  const rows: [string, string][] = [
    ['proven', proven === null ? nothing : `${age(proven)}, by ${proven.run}`],
    ['live', age(live)],
    [
      'canary',
      canary.isUnknown === true
        ? UNKNOWN
        : canary.ageMs === undefined
          ? canary.state
          : `${formatDuration(canary.ageMs)}, ${canary.state}`,
    ],
    [
      'waiting',
      backlog.isUnknown === true
        ? UNKNOWN
        : `${isMore(backlog.isComplete)}${count(backlog.messages, 'change')}, ${formatBytes(backlog.bytes)}${retries}`,
    ],
    ...oldest.map(({ bucket, messages, bytes: sum }): [string, string] => [
      `  ${bucket}`,
      `${messages.toLocaleString('en')}, ${formatBytes(sum)}`,
    ]),
    ['dead letters', deadLetterText(deadLetters, isMore(deadLetters.isComplete))],
    [
      'last hour',
      isStateUnknown ? UNKNOWN : `${count(activity.changes, 'change')}, ${formatBytes(activity.bytes)}${lag}`,
    ],
  ];
  const { mirrored, left, renamed } = describeScope(scope);
  rows.push(['mirrored', mirrored]);
  if (left !== undefined) rows.push(['not mirrored', left]);
  if (renamed !== undefined) rows.push(['names', renamed]);
  return toTable(rows);
}

function deadLetterText(
  { count: all, isUnknown, isComplete, acknowledged, byCode }: Status['deadLetters'],
  atLeast: string,
): string {
  if (isUnknown === true || (all === 0 && !isComplete)) return UNKNOWN;
  if (all === 0) return '0';
  const codes = Object.entries(byCode).map(([code, number]) => `${code} ${number.toLocaleString('en')}`);
  return `${atLeast}${all.toLocaleString('en')}, ${acknowledged.toLocaleString('en')} acknowledged: ${codes.join(', ')}`;
}

const SHOWN = 10;

function excepted({ recovery }: Status): string {
  const { sample, count: all, isComplete = true } = recovery.excepted;
  const shown = sample.slice(0, SHOWN);
  const more = [
    all > shown.length ? `and ${(all - shown.length).toLocaleString('en')} more\n` : '',
    isComplete ? '' : 'there may be more excepted keys: not everything that names them could be read\n',
  ].join('');
  return (
    toTable(
      shown.map(({ container, path, reason }) => [path === '' ? container : `${container}/${path}`, reason]),
      ['EXCEPTED', 'REASON'],
    ) +
    more +
    [...Map.groupBy(shown, ({ reason }) => reason)]
      .map(([reason, keys]) => [
        reason,
        skipHintOf(
          reason,
          keys.map(({ container }) => container),
        ),
      ])
      .filter(([, hint]) => hint !== '')
      .map(([reason, hint]) => `  ${reason}: ${hint}\n`)
      .join('')
  );
}

/** Large blobs that were copied whole though only headers or metadata changed. */
function copiedAgain({ activity }: Status): string {
  if (activity.copiedAgain.length === 0) return '';
  const rows = activity.copiedAgain.map(({ container, path, bytes: size }) => [
    `${container}/${path}`,
    formatBytes(size),
  ]);
  return (
    toTable(rows, ['COPIED AGAIN', 'SIZE']) +
    '  Size and Content-MD5 were equal, which does not prove equal content: a client can declare any MD5. Set BLOBMIRROR_DECLARED_MD5=trust if every writer declares true ones.\n'
  );
}

function containers({ containers: all }: Status): string {
  const shown = all.toSorted((one, other) => other.blobs - one.blobs).slice(0, SHOWN);
  const more =
    all.length > shown.length ? `and ${(all.length - shown.length).toLocaleString('en')} more\n` : '';
  return (
    toTable(
      shown.map(({ name, blobs, bytes: sum, lastMirroredAt }) => [
        name,
        blobs,
        sum === null ? UNKNOWN : formatBytes(sum),
        lastMirroredAt === null ? '' : utc(lastMirroredAt),
      ]),
      ['CONTAINER', 'BLOBS', 'SIZE', 'LAST MIRRORED'],
    ) + more
  );
}

function runs({ runs: all }: Status): string {
  return toTable(all.slice(0, 3).map(describeRunLine), ['FULL SYNC', 'STATE', 'FOUND']);
}

/** A run in one row. */
function describeRunLine({ id, state, counts, alerts }: RunSummary): [string, string, string] {
  const sum = (tally: Readonly<Record<string, number>>): number =>
    Object.values(tally).reduce((all, each) => all + each, 0);
  const parts: [number, string][] = [
    [counts.inStep, 'in step'],
    [counts.nominated, 'out of step'],
    [sum(counts.skipped), 'skipped'],
    [sum(counts.failed), 'failed'],
    [alerts.length, alerts.length === 1 ? 'alert' : 'alerts'],
  ];
  if (state === 'damaged') return [id, state, UNKNOWN];
  const found = parts
    .filter(([number], i) => i === 0 || number > 0)
    .map(([number, what]) => `${number.toLocaleString('en')} ${what}`);
  return [id, state, found.join(', ')];
}
