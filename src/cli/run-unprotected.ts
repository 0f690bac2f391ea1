import type { Acknowledged, UnprotectedCount, UnprotectedKey, UnprotectedPage } from '../api/unprotected.ts';
import { isOfLetters } from '../model/unprotected.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createCommandApp } from '../wiring/create-command-app.ts';
import type { LocalOption } from './command-options.ts';
import { localized } from './hints.ts';
import { settingsOf } from './environment-of.ts';
import { EXIT } from './exit-codes.ts';
import { type OutputOption, printData, printEach, printMessage } from './output/print.ts';
import { count, quote, toTable } from './output/table.ts';

export interface UnprotectedOptions extends LocalOption, OutputOption {
  readonly container?: string;
  readonly prefix?: string;
  readonly reason?: string;
}

/** Prints each key that is not protected. Resolves with the exit status. */
export async function runUnprotected(options: UnprotectedOptions): Promise<number> {
  const { container, prefix, reason } = options;
  const settings = await settingsOf(options);
  const { unprotected, stop } = createCommandApp(settings, createLogger('silent'));
  try {
    const found = await unprotected.list({ container, prefix, reason, limit: Infinity });
    if (options.output === 'json') {
      await printEach(toLines(found), options.output);
      if (found.waiting !== 0) printMessage(waitingText(found.waiting));
    } else await printData(options, found, (page) => describeUnprotected(page, options));
    for (const what of found.unknown) printMessage(unreadText(what));
    return exitOf(found);
  } finally {
    await stop();
  }
}

/** `incomplete` wherever there may be keys that were neither named nor counted. */
export function exitOf({ keys, more, isComplete, unknown }: UnprotectedPage): number {
  if (unknown.length > 0 || (!isComplete && more.length === 0)) return EXIT.incomplete;
  return keys.length > 0 || more.length > 0 ? EXIT.different : EXIT.done;
}

/** Acknowledges what is on record now. */
export async function acknowledgeUnprotected(options: LocalOption & OutputOption): Promise<number> {
  const settings = await settingsOf(options);
  const { unprotected, stop } = createCommandApp(settings, createLogger('silent'));
  try {
    const done = await unprotected.acknowledge();
    await printData(options, done, describeAcknowledged);
    return EXIT.done;
  } finally {
    await stop();
  }
}

export function describeAcknowledged({ acknowledged, deadLetters }: Acknowledged): string {
  const keys = count(acknowledged, 'key');
  const letters = `${count(deadLetters, 'purged dead letter')} without a key`;
  const what = deadLetters === 0 ? keys : acknowledged === 0 ? letters : `${keys} and ${letters}`;
  return `${what} acknowledged\n`;
}

const UNREAD: Readonly<Record<string, string>> = {
  record: 'the record of keys could not be read, or was lost: a complete full sync begins it anew',
  'full-sync': 'what the last full sync left could not be read',
  'dead-letters': 'the dead letters could not be read, or not all of them',
  waiting: 'the changes and keys that wait in the queue could not be read, or not all of them',
  containers: 'whether the container exists could not be read',
};

function unreadText(what: string): string {
  return UNREAD[what] ?? `${what} could not be read`;
}

function waitingText(changes: number | null): string {
  if (changes === null) return 'how many changes wait in the queue is not known';
  return `${count(changes, 'change')} ${changes === 1 ? 'waits in the queue and is' : 'wait in the queue and are'} not judged yet`;
}

/** Keys as JSON lines, and after them what is only counted. */
async function* toLines({ keys, more }: UnprotectedPage): AsyncGenerator<string, void, void> {
  for (const line of [...keys, ...more]) yield await Promise.resolve(JSON.stringify(line));
}

type Filter = Pick<UnprotectedOptions, 'container' | 'prefix' | 'reason'>;

export function describeUnprotected(
  { keys, byReason, more, isComplete, unknown, waiting }: Omit<UnprotectedPage, 'next'>,
  options: LocalOption & Filter,
): string {
  const mayLack = unknown.length > 0 || !isComplete;
  const unread = unknown.map((what) => `not known: ${unreadText(what)}\n`).join('');
  const changes = waiting === 0 ? '' : `; ${waitingText(waiting)}`;
  if (keys.length === 0 && more.length === 0)
    return `${unread}${noneText(options, { mayLack, isWaiting: changes !== '' })}${changes}\n`;
  const hints = new Map(keys.map(({ reason, hint }) => [reason, hint]));
  const rows = Object.entries(byReason).map(([reason, number]): [string, string, number] => [
    reason,
    '',
    number,
  ]);
  const beyond = more.map((row): [string, string, number] => [row.reason, whatIs(row), row.count]);
  const letters = more.filter(isOfLetters).reduce((sum, row) => sum + row.count, 0);
  const besides = [
    ...(letters > 0 ? [`and ${count(letters, 'dead letter')} without a key`] : []),
    ...(more.some((row) => !isOfLetters(row)) ? ['and more that are not named'] : []),
  ];
  return [
    toTable([...rows, ...beyond], ['REASON', '', 'KEYS']),
    toTable(keys.map(toRow), ['KEY', 'REASON', 'SINCE', 'LAST TRY', 'NAMED BY']),
    [...hints]
      .filter(([, hint]) => hint !== '')
      .map(([reason, hint]) => `  ${reason}: ${localized(hint, options)}\n`)
      .join(''),
    `${unread}${mayLack ? 'at least ' : ''}${[`${count(keys.length, 'key')} not protected`, ...besides].join(', ')}${changes}\n`,
  ]
    .filter(Boolean)
    .join('\n');
}

/** Only the whole list, read to its end while nothing waits, says that all is in the backup. */
function noneText(
  { container, prefix, reason }: Filter,
  { mayLack, isWaiting }: { readonly mayLack: boolean; readonly isWaiting: boolean },
): string {
  const what = [
    reason === undefined ? '' : ` with the reason ${quote(reason)}`,
    container === undefined ? '' : ` in container ${quote(container)}`,
    prefix === undefined ? '' : ` below ${quote(prefix)}`,
  ].join('');
  if (mayLack)
    return `no unprotected key${what} was found, but there may be some: not everything could be read`;
  if (what !== '') return `no unprotected key${what}`;
  return isWaiting ? 'no key is left out' : 'everything that was seen is in the backup';
}

function whatIs(row: UnprotectedCount): string {
  if (isOfLetters(row)) return 'dead letters without a key';
  return `${row.container === '' ? '' : `in ${row.container}, `}not named${row.isExact ? '' : ', findings'}`;
}

function toRow({
  container,
  path,
  below,
  reason,
  since,
  lastTry,
  namedBy,
  deadLetter,
}: UnprotectedKey): string[] {
  const name = path === '' ? container : `${container}/${path}`;
  return [
    below === true ? `${name} and below` : name,
    reason,
    toSecond(since),
    toSecond(lastTry),
    deadLetter === undefined ? namedBy : `${namedBy}, ${deadLetter}`,
  ];
}

function toSecond(time: string | null): string {
  return time === null ? '' : `${time.slice(0, 19).replace('T', ' ')}Z`;
}
