import type {
  KeyVerdict,
  PresentSide,
  ShownKey,
  ShownPart,
  ShownSide,
  WaitingMessage,
} from '../api/shown-key.ts';
import { formatBytes, formatDuration } from '../api/statement.ts';
import { count, quote, toTable } from './output/table.ts';

const VERDICTS: Readonly<Record<KeyVerdict['state'], string>> = {
  'in-step': 'in step',
  differs: 'DIFFERS',
  'not-mirrored': 'not mirrored',
  absent: 'absent',
  unknown: 'UNKNOWN',
};

/** One key as text: the verdict first, then both sides beside each other, and what is known of it elsewhere. */
export function describeKey(shown: ShownKey): string {
  return [verdict(shown), sides(shown), differences(shown), elsewhere(shown), messages(shown), letters(shown)]
    .filter(Boolean)
    .join('\n');
}

function verdict({ container, path, verdict: { state, detail, hint }, scope, decision }: ShownKey): string {
  const rows: [string, string][] = [
    ['key', `${container}/${path}`],
    [VERDICTS[state], detail],
    ...(hint === undefined || hint === '' ? [] : [['what to do', hint] satisfies [string, string]]),
    ['scope', scope.isMirrored ? 'mirrored' : `not mirrored: ${scope.exclusion ?? ''}`],
    [
      'a check would',
      decision === null
        ? '(unknown)'
        : decision.reason === undefined
          ? decision.action
          : `${decision.action}: ${decision.reason}`,
    ],
  ];
  if (scope.backupContainer !== container)
    rows.push(['on the backup', scope.backupContainer ?? '(its container has no name there)']);
  return toTable(rows);
}

function sides({ source, backup, at }: ShownKey): string {
  const names = [
    'kind',
    'etag',
    'changed',
    'size',
    'type',
    'md5',
    'tier',
    'copy',
    'stamp',
    'access',
  ] as const;
  const [left, right] = [facts(source, at), facts(backup, at)];
  const rows = names
    .map((name) => [name, left[name] ?? '', right[name] ?? ''])
    .filter(([, one, other]) => one !== '' || other !== '');
  return toTable(
    [['', stateOf(source), stateOf(backup)], ...rows],
    ['', `SOURCE ${source.account}`, `BACKUP ${backup.account}`],
  );
}

function stateOf(side: ShownSide): string {
  if (side.isUnknown === true) return `(unknown) ${side.code}: ${side.detail}`;
  if (side.state === 'present') return 'present';
  return side.container === 'exists' ? 'absent' : 'absent, like its container';
}

function facts(side: ShownSide, at: string): Partial<Record<string, string>> {
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
function timeText(time: string, now: string): string {
  const ms = Date.parse(now) - Date.parse(time);
  const age = ms < 0 ? `in ${formatDuration(-ms)}` : `${formatDuration(ms)} ago`;
  return `${time.slice(0, 19).replace('T', ' ')} UTC (${age})`;
}

function differences({ differences: found }: ShownKey): string {
  return toTable(
    (found ?? []).map(({ difference, name, source, backup }) => [
      name === undefined ? difference : `${difference} ${quote(name)}`,
      source === undefined ? '' : quote(source),
      backup === undefined ? '' : quote(backup),
    ]),
    ['DIFFERENCE', 'SOURCE', 'BACKUP'],
  );
}

function known<Known>(part: ShownPart<Known>, describe: (known: Known) => string): string {
  return part.isUnknown === true ? `(unknown) ${part.code}: ${part.detail}` : describe(part);
}

function elsewhere({ waiting, deadLetters, lastFullSync, at }: ShownKey): string {
  return toTable([
    [
      'waiting',
      known(waiting, ({ count: all, read, isComplete }) =>
        isComplete
          ? count(all, 'message')
          : `at least ${count(all, 'message')}: only the first ${read.toLocaleString('en')} of the queue were looked at`,
      ),
    ],
    [
      'dead letters',
      known(deadLetters, ({ count: all, isComplete }) =>
        isComplete
          ? all.toLocaleString('en')
          : `at least ${all.toLocaleString('en')}: not all were looked at`,
      ),
    ],
    ['last full sync', known(lastFullSync, (found) => lastFullSyncText(found, at))],
  ]);
}

type LastFullSync = Extract<ShownKey['lastFullSync'], { readonly isUnknown?: undefined }>;

function lastFullSyncText({ run, lines, isComplete }: LastFullSync, at: string): string {
  if (run === null) return 'none that ended covered it';
  const found = lines.map(({ path, verdict: is, reason, code, detail }) => {
    const why = [reason ?? code, detail].filter((each) => each !== undefined).join(': ');
    return `${path === '' ? 'its container ' : ''}${is}${why === '' ? '' : ` (${why})`}`;
  });
  const nothing = isComplete
    ? 'not in its report: in step then, or on neither side'
    : 'not in the part of its report that was looked at';
  const alerts = run.alerts.length === 0 ? '' : `; it ended with alerts: ${run.alerts.join(', ')}`;
  return `${run.id}, begun ${timeText(run.startedAt, at)}: ${found.length === 0 ? nothing : found.join('; ')}${alerts}`;
}

function messages({ waiting, at }: ShownKey): string {
  if (waiting.isUnknown === true) return '';
  return toTable(
    waiting.messages.map((message) => [
      message.event,
      message.state,
      timeText(message.changedAt, at),
      whyItWaits(message, at),
    ]),
    ['WAITING', 'STATE', 'OF A CHANGE AT', 'WHY'],
  );
}

function whyItWaits(message: WaitingMessage, at: string): string {
  const { scheduledFor, attempts, lastError, heldFor, isRecheck } = message;
  return [
    isRecheck && 'recheck',
    heldFor,
    attempts > 0 && `${count(attempts, 'failed attempt')}${lastError === undefined ? '' : `, ${lastError}`}`,
    scheduledFor !== undefined && `due ${timeText(scheduledFor, at)}`,
  ]
    .filter((part) => typeof part === 'string')
    .join(', ');
}

function letters({ deadLetters }: ShownKey): string {
  if (deadLetters.isUnknown === true) return '';
  return toTable(
    deadLetters.letters.map(({ id, code, attempts, ageMs, detail }) => [
      id,
      code,
      String(attempts),
      formatDuration(ageMs),
      detail,
    ]),
    ['DEAD LETTER', 'CODE', 'ATTEMPTS', 'AGE', 'DETAIL'],
  );
}
