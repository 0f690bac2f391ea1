import type { KeyVerdict, PresentSide, ShownKey, ShownPart, ShownSide, WaitingMessage } from './shown-key.ts';
import { formatBytes, formatDuration } from './statement.ts';

/** What is known of one key in words, for the command line and the page. */

const VERDICT_WORDS: Readonly<Record<KeyVerdict['state'], string>> = {
  'in-step': 'in step',
  differs: 'DIFFERS',
  'not-mirrored': 'not mirrored',
  absent: 'absent',
  unknown: 'UNKNOWN',
};

/** The verdict, and what follows from it: names and values. */
export function verdictRows(shown: ShownKey): (readonly [string, string])[] {
  const { container, path, verdict, scope, decision } = shown;
  const { state, detail, hint = '' } = verdict;
  return [
    ['key', `${container}/${path}`],
    [VERDICT_WORDS[state], detail],
    ...(hint === '' ? [] : [['what to do', hint] as const]),
    ['scope', scope.isMirrored ? 'mirrored' : `not mirrored: ${scope.exclusion ?? ''}`],
    ['a check would', decisionText(decision)],
    ...(scope.backupContainer === container
      ? []
      : [['on the backup', scope.backupContainer ?? '(its container has no name there)'] as const]),
  ];
}

function decisionText(decision: ShownKey['decision']): string {
  if (decision === null) return '(unknown)';
  const { action, reason, stoppedBy } = decision;
  const text = reason === undefined ? action : `${action}: ${reason}`;
  return stoppedBy === undefined ? text : `${text}; the last check was stopped: ${stoppedBy}`;
}

const FACTS = ['kind', 'etag', 'changed', 'size', 'type', 'md5', 'tier', 'copy', 'stamp', 'access'] as const;

/** Both sides beside each other: a name, and what the source and the backup have. */
export function sideRows({ source, backup, at }: ShownKey): (readonly [string, string, string])[] {
  const [left, right] = [facts(source, at), facts(backup, at)];
  return [
    ['', stateText(source), stateText(backup)],
    ...FACTS.map((name) => [name, left[name] ?? '', right[name] ?? ''] as const).filter(
      ([, one, other]) => one !== '' || other !== '',
    ),
  ];
}

function stateText(side: ShownSide): string {
  if (side.isUnknown === true) return unknownText(side);
  if (side.state === 'present') return 'present';
  return side.container === 'exists' ? 'absent' : 'absent, like its container';
}

function unknownText({ code, detail }: { readonly code: string; readonly detail: string }): string {
  return `(unknown) ${code}: ${detail}`;
}

function facts(side: ShownSide, at: string): Partial<Record<(typeof FACTS)[number], string>> {
  if (side.isUnknown === true || side.state === 'absent') return {};
  const { kind, etag, lastModified, size, contentType, contentMd5, copy, stamp, access } = side;
  return {
    kind,
    etag,
    changed: timeText(lastModified, at),
    ...(size !== undefined && { size: `${size.toLocaleString('en')} bytes (${formatBytes(size)})` }),
    ...(contentType !== undefined && { type: contentType }),
    ...(contentMd5 !== undefined && { md5: contentMd5 }),
    tier: tierText(side),
    ...(copy !== undefined && { copy }),
    ...(stamp !== undefined && { stamp: `${stamp.account} ${stamp.etag}` }),
    ...(access !== undefined && {
      access: `${access.owner}:${access.group} ${access.permissions} ${access.acl}`,
    }),
  };
}

function tierText({ tier, isTierInferred, isArchived }: PresentSide): string {
  if (tier === undefined) return isArchived ? 'archived' : '';
  return `${tier}${isTierInferred ? ' (the default of the account)' : ''}${isArchived ? ', archived' : ''}`;
}

/** `2026-11-25 12:03:02 UTC (3 min ago)` */
export function timeText(time: string, now: string): string {
  const ms = Date.parse(now) - Date.parse(time);
  const age = ms < 0 ? `in ${formatDuration(-ms)}` : `${formatDuration(ms)} ago`;
  return `${time.slice(0, 19).replace('T', ' ')} UTC (${age})`;
}

/** What the queue, the dead letters and the last full sync say of the key: names and values. */
export function elsewhereRows({
  waiting,
  deadLetters,
  unprotected,
  lastFullSync,
  at,
}: ShownKey): (readonly [string, string])[] {
  return [
    [
      'waiting',
      ifKnown(waiting, ({ count, read, isComplete }) =>
        isComplete
          ? counted(count, 'message')
          : `at least ${counted(count, 'message')}: only the first ${read.toLocaleString('en')} of the queue were looked at`,
      ),
    ],
    [
      'dead letters',
      ifKnown(deadLetters, ({ count, isComplete }) =>
        isComplete
          ? count.toLocaleString('en')
          : `at least ${count.toLocaleString('en')}: not all were looked at`,
      ),
    ],
    ['unprotected', ifKnown(unprotected, (found) => unprotectedText(found, at))],
    ['last full sync', ifKnown(lastFullSync, (found) => lastFullSyncText(found, at))],
  ];
}

function ifKnown<Known>(part: ShownPart<Known>, describe: (known: Known) => string): string {
  return part.isUnknown === true ? unknownText(part) : describe(part);
}

type Recorded = Extract<ShownKey['unprotected'], { readonly isUnknown?: undefined }>;

function unprotectedText({ keys, isComplete }: Recorded, at: string): string {
  if (keys.length === 0) return isComplete ? 'not on record' : 'not named on record, which does not name all';
  return keys
    .map(({ path, below, reason, since, lastTry }) =>
      [
        `${path === '' ? 'its container, ' : below === true ? `all below ${path}, ` : ''}${reason}`,
        ...(since === null ? [] : [`since ${timeText(since, at)}`]),
        lastTry === null ? 'not tried since' : `last tried ${timeText(lastTry, at)}`,
      ].join(', '),
    )
    .join('; ');
}

type LastFullSync = Extract<ShownKey['lastFullSync'], { readonly isUnknown?: undefined }>;

function lastFullSyncText({ run, lines, isComplete }: LastFullSync, at: string): string {
  if (run === null) return 'none that ended covered it';
  const found = lines.map(({ path, verdict, reason, code, detail }) => {
    const why = [reason ?? code, detail].filter((each) => each !== undefined).join(': ');
    return `${path === '' ? 'its container ' : ''}${verdict}${why === '' ? '' : ` (${why})`}`;
  });
  const nothing = isComplete
    ? 'it was not in the report of that run, so it was in step then, or did not exist'
    : 'it was not in the part of its report that was looked at';
  const alerts = run.alerts.length === 0 ? '' : `; it ended with alerts: ${run.alerts.join(', ')}`;
  return `${run.id}, begun ${timeText(run.startedAt, at)}: ${found.length === 0 ? nothing : found.join('; ')}${alerts}`;
}

/** Why a message waits: `recheck, source-still-written, due …`. */
export function whyItWaits(message: WaitingMessage, at: string): string {
  const { scheduledFor, attempts, lastError, heldFor, isRecheck } = message;
  return [
    isRecheck && 'recheck',
    heldFor,
    attempts > 0 &&
      `${counted(attempts, 'failed attempt')}${lastError === undefined ? '' : `, ${lastError}`}`,
    scheduledFor !== undefined && `due ${timeText(scheduledFor, at)}`,
  ]
    .filter((part) => typeof part === 'string')
    .join(', ');
}

function counted(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
