import type { DeadLetter, DeadLetterSummary } from '../api/dead-letter.ts';
import { ERRORS } from '../model/errors.ts';
import { toPrintableJson } from '../model/printable.ts';
import { formatDuration } from '../api/statement.ts';
import type { LocalOption } from './command-options.ts';
import { localized } from './hints.ts';
import { count, quote, toTable } from './output/table.ts';

export interface ListedDeadLetters {
  readonly summary: DeadLetterSummary;
  readonly letters: readonly DeadLetter[];
}

/** Dead letters as text: counts by code with what to do about each, then one row each. */
export function describeDeadLetters({ summary, letters }: ListedDeadLetters, options: LocalOption): string {
  if (summary.count === 0)
    return summary.isComplete
      ? 'no dead letters\n'
      : 'dead letters: (unknown); the queues did not hand any over in time\n';
  const codes = Object.entries(summary.byCode).toSorted(([, one], [, other]) => other - one);
  return [
    toTable(
      codes.map(([code, many]) => [code, many, localized(hintOf(code), options)]),
      ['CODE', 'COUNT', 'WHAT TO DO'],
    ),
    `${count(summary.count, 'dead letter')}${summary.isComplete ? '' : ' at least'}, ${summary.acknowledged.toLocaleString('en')} acknowledged\n`,
    toTable(
      letters.map((letter) => [
        letter.id,
        letter.code,
        keyOf(letter),
        letter.attempts,
        letter.replays,
        formatDuration(letter.ageMs),
        letter.detail,
      ]),
      ['ID', 'CODE', 'KEY', 'ATTEMPTS', 'REPLAYS', 'AGE', 'DETAIL'],
    ),
  ]
    .filter(Boolean)
    .join('\n');
}

/** One dead letter as text. */
export function describeDeadLetter(letter: DeadLetter, options: LocalOption): string {
  const errorText = ({ code, detail }: { readonly code: string; readonly detail: string }): string =>
    `${code}: ${detail}`;
  return [
    toTable([
      ['id', letter.id],
      ['code', letter.code],
      ['detail', letter.detail],
      ['what to do', localized(letter.hint, options)],
      ['key', keyOf(letter)],
      ['event', letter.event || '(none)'],
      ['attempts', String(letter.attempts)],
      ['first seen', letter.firstSeen],
      ['dead-lettered', `${letter.deadLetteredAt} (${formatDuration(letter.ageMs)} ago)`],
      ...(letter.firstError ? [['first error', errorText(letter.firstError)]] : []),
      ...(letter.lastError ? [['last error', errorText(letter.lastError)]] : []),
      ['replays', String(letter.replays)],
    ]),
    'message',
    `${toPrintableJson(JSON.stringify(letter.messageBody, undefined, 2))}\n`,
  ].join('\n');
}

function keyOf({ container, path }: DeadLetter): string {
  return container === undefined ? '(none)' : quote(`${container}/${path ?? ''}`);
}

function hintOf(code: string): string {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as keyof typeof ERRORS].hint : '';
}
