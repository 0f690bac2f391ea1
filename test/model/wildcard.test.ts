import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coversWildcard, matchesWildcard } from '../../src/model/scope.ts';
import { countBlocks } from '../../packages/local/test/support/count-blocks.ts';

describe('a pattern', () => {
  it.each([
    ['*', ''],
    ['*', 'anything'],
    ['cat.jpg', 'cat.jpg'],
    ['*.jpg', '.jpg'],
    ['*.jpg', 'a.jpg.jpg'],
    ['a*b*c', 'abbbcabc'],
    ['a?c', 'a💎c'],
    ['a?c', 'a?c'],
    ['[ab]{c,d}!\\n', '[ab]{c,d}!\\n'],
    ['**', 'x'],
  ])('%j takes %j', (pattern, text) => {
    expect(matchesWildcard(pattern, text)).toBe(true);
  });

  it.each([
    ['', 'x'],
    ['*.jpg', 'cat.JPG'],
    ['*.jpg', 'cat.jpg.txt'],
    ['?', ''],
    ['??', '💎'],
    ['[ab]', 'a'],
    ['{a,b}', 'a'],
    ['!a', 'b'],
    ['a.c', 'abc'],
    ['a*b*c', 'acb'],
  ])('%j does not take %j', (pattern, text) => {
    expect(matchesWildcard(pattern, text)).toBe(false);
  });

  it('takes what a regular expression of the same meaning takes', () => {
    const short = (alphabet: string) => fc.stringMatching(new RegExp(`^[${alphabet}]{0,8}$`));
    fc.assert(
      fc.property(short('ab*?'), short('ab'), (pattern, text) => {
        const same = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(matchesWildcard(pattern, text)).toBe(same.test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('is not slow for a text that almost fits many stars', () => {
    // The product of both lengths. If each star tried all lengths, it would be some millions.
    const [pattern, text] = [`${'*a'.repeat(4)}b`, 'a'.repeat(60)];
    const blocks = countBlocks('/model/scope.ts', () => expect(matchesWildcard(pattern, text)).toBe(false));
    expect(blocks).toBeLessThan(4 * pattern.length * text.length);
  });
});

describe('a pattern that covers another', () => {
  it.each([
    ['*', 'photos-*', true],
    ['photos-*', 'photos-tmp', true],
    ['photos-*', '*', false],
    ['?.jpg', '*.jpg', false],
    ['*.jpg', '?.jpg', true],
    ['a', '?', false],
    ['*-tmp', 'photos-*', false],
  ])('%j covers %j: %j', (wide, narrow, covers) => {
    expect(coversWildcard(wide, narrow)).toBe(covers);
  });

  it('takes everything that the other takes', () => {
    const pattern = fc.stringMatching(/^[ab*?]{0,5}$/);
    fc.assert(
      fc.property(pattern, pattern, fc.stringMatching(/^[ab]{0,6}$/), (wide, narrow, text) => {
        fc.pre(coversWildcard(wide, narrow) && matchesWildcard(narrow, text));
        expect(matchesWildcard(wide, text)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
