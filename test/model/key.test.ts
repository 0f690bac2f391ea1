import { describe, expect, it } from 'vitest';
import { keyText, parseBlobPath, parseContainerName, parseKey } from '../../src/model/key.ts';

describe('a container name', () => {
  it.each(['abc', 'a-b-c', '0123', 'a'.repeat(63), '$root', '$web', '$logs'])('may be %s', (name) => {
    expect(parseContainerName(name)).toBe(name);
  });

  it.each(['', 'ab', 'a'.repeat(64), 'Photos', 'a--b', '-ab', 'ab-', 'a_b', 'a/b', '$other'])(
    'may not be %j',
    (name) => {
      expect(() => parseContainerName(name)).toThrow('is not a container name');
    },
  );
});

describe('a blob path', () => {
  it.each([
    'a',
    'a/b',
    '/a',
    'a//b',
    'a/',
    ' ',
    '%2F',
    '#?&=+',
    'ümlaut',
    '😀',
    'a\u0001b',
    'x'.repeat(1024),
  ])('may be %j', (path) => {
    expect(parseBlobPath(path)).toBe(path);
  });

  it('may not be empty, too long, or hold half a character', () => {
    expect(() => parseBlobPath('')).toThrow('is empty');
    expect(() => parseBlobPath('x'.repeat(1025))).toThrow('longer than 1,024');
    expect(() => parseBlobPath('a\ud83d')).toThrow('half a character');
  });
});

it('a key as text names one key only', () => {
  expect(keyText(parseKey('photos', '/a'))).not.toBe(keyText(parseKey('photos', 'a')));
});
