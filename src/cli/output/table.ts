import Table from 'cli-table3';
import { quoted, toPrintable } from '../../model/printable.ts';

/** Columns two blanks apart, without rules: readable by people and by `awk`. */
const NO_LINES = Object.fromEntries(
  [
    ['top', 'top-mid', 'top-left', 'top-right'],
    ['bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ]
    .flat()
    .map((name) => [name, '']),
);
/** No colours: the output may go to a file. */
const PLAIN = { 'padding-left': 0, 'padding-right': 0, head: [], border: [] };

/**
 * Rows as text; numbers are right-aligned. Empty for no rows. Cells may hold names that anybody chose, so control
 * characters are escaped.
 *
 * @param head in capitals by convention
 */
export function toTable(rows: readonly (readonly (string | number)[])[], head?: readonly string[]): string {
  if (rows.length === 0) return '';
  const table = new Table({
    chars: { ...NO_LINES, middle: '  ' },
    style: PLAIN,
    ...(head && { head: [...head] }),
  });
  for (const row of rows) table.push(row.map(toCell));
  return `${table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

function toCell(value: string | number) {
  if (typeof value === 'number') return { content: value.toLocaleString('en'), hAlign: 'right' as const };
  return { content: toPrintable(value) };
}

/** The text itself when all of it is printable and without blanks, else as a JSON string. */
export function quote(text: string | undefined): string {
  if (text === undefined) return '(none)';
  return /^[\p{L}\p{N}\p{P}\p{S}]+$/u.test(text) ? text : quoted(text);
}

export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
