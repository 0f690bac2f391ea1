import Table from 'cli-table3';

/** Columns two blanks apart, without lines: for people, and for `awk`. */
const NO_LINES = Object.fromEntries(
  [
    ['top', 'top-mid', 'top-left', 'top-right'],
    ['bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ]
    .flat()
    .map((name) => [name, '']),
);
/** No colours: what is printed may be kept in a file. */
const PLAIN = { 'padding-left': 0, 'padding-right': 0, head: [], border: [] };

/** What a terminal might obey, or what would break a line: none of it is the reader's. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Rows as text, the heads in capitals by custom; numbers are set to the right. Nothing for no rows. A cell may hold what a
 * stranger has named: what could lead a terminal astray is written as an escape.
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
  return { content: value.replaceAll(UNSAFE, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`) };
}

/** As it is where that is plain to read, and as a JSON string where a terminal or a column could be led astray. */
export function quote(text: string | undefined): string {
  if (text === undefined) return '(none)';
  return /^[\p{L}\p{N}\p{P}\p{S}]+$/u.test(text) ? text : JSON.stringify(text);
}

export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
