import type { ShownKey } from '../api/shown-key.ts';
import { elsewhereRows, sideRows, timeText, verdictRows, whyItWaits } from '../api/shown-key-words.ts';
import { formatDuration } from '../api/statement.ts';
import type { LocalOption } from './command-options.ts';
import { localized } from './hints.ts';
import { quote, toTable } from './output/table.ts';

/** One key as text: the verdict first, then both sides beside each other, and what is known of it elsewhere. */
export function describeKey(shown: ShownKey, options: LocalOption = {}): string {
  const { source, backup } = shown;
  return [
    toTable(
      verdictRows(shown).map(([name, text]) => [
        name,
        name === 'what to do' ? localized(text, options) : text,
      ]),
    ),
    toTable(sideRows(shown), ['', `SOURCE ${source.account}`, `BACKUP ${backup.account}`]),
    differences(shown),
    toTable(elsewhereRows(shown)),
    messages(shown),
    letters(shown),
  ]
    .filter(Boolean)
    .join('\n');
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
