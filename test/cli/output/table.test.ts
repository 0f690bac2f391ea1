import { describe, expect, it } from 'vitest';
import { toTable } from '../../../src/cli/output/table.ts';

describe('a table', () => {
  it('has columns of equal width, numbers to the right, and no blanks at the end of a line', () => {
    const rows = [
      ['copied', 12_000, 'yes'],
      ['in-sync', 5, ''],
    ];
    expect(toTable(rows, ['VERDICT', 'KEYS', 'X'])).toBe(
      ['VERDICT  KEYS    X', 'copied   12,000  yes', 'in-sync       5', ''].join('\n'),
    );
  });

  it('of no rows is empty, its head too', () => {
    expect(toTable([], ['KEY'])).toBe('');
  });

  it('measures width as a terminal does', () => {
    expect(
      toTable([
        ['日本', 'a'],
        ['xyz', 'b'],
      ]),
    ).toBe('日本  a\nxyz   b\n');
  });

  it('escapes control characters and line breaks in cells', () => {
    expect(toTable([['a\u001B[2Jb\nc\u202Ed']])).toBe('a\\u{1b}[2Jb\\u{a}c\\u{202e}d\n');
  });
});
