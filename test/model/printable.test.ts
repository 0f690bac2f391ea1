import { describe, expect, it } from 'vitest';
import { quoted, toPrintable, toPrintableJson, toPrintableLines } from '../../src/model/printable.ts';

/** One of each kind: control, C1 control, direction, invisible, line separator, half of a pair, variation, tag. */
const UNSAFE = [
  '\u0000',
  '\u001B',
  '\r',
  '\u007F',
  '\u009B',
  '\u00AD',
  '\u061C',
  '\u200B',
  '\u200F',
  '\u202E',
  '\u2066',
  '\u2028',
  '\u2029',
  '\u3164',
  '\uD800',
  '\uFE0F',
  '\uFEFF',
  '\u{E0041}',
];

describe('text for people', () => {
  it.each(UNSAFE)('shows %j as an escape', (character) => {
    const shown = `a\\u{${character.codePointAt(0)?.toString(16) ?? ''}}b`;
    expect(toPrintable(`a${character}b`)).toBe(shown);
    expect(toPrintableLines(`a${character}b\nc`)).toBe(`${shown}\nc`);
  });

  it('leaves all else as it is, in any script', () => {
    const text = 'é e\u0301 日本 עברית ﷽ 😀 "\\u{202e}" \u00A0';
    expect(toPrintable(text)).toBe(text);
    expect(toPrintableJson(JSON.stringify(text))).toBe(JSON.stringify(text));
  });

  it('is one line, unless lines were asked for', () => {
    expect(toPrintable('a\nb')).toBe(String.raw`a\u{a}b`);
    expect(toPrintableLines('a\nb')).toBe('a\nb');
  });
});

describe('JSON', () => {
  it.each(UNSAFE)('holds %j as an escape, and parses to the same value', (character) => {
    const value = { [`name${character}`]: [`a${character}b`] };
    for (const space of [undefined, 2]) {
      const text = toPrintableJson(JSON.stringify(value, undefined, space));
      expect(text).not.toContain(character === '\r' ? '\r' : character);
      expect(JSON.parse(text)).toEqual(value);
    }
    expect(JSON.parse(quoted(`a${character}b`))).toBe(`a${character}b`);
  });
});
