import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEtag } from '../../src/model/etag.ts';
import {
  addStamp,
  fitsIntoMetadata,
  markUnfinished,
  splitStamp,
  unfinishedBytes,
} from '../../src/model/stamp.ts';

const STAMP = {
  account: 'sourceaccount',
  etag: parseEtag('"0x8DC"'),
  lastModified: new Date('2026-11-21T21:54:57Z'),
};

describe('the stamp', () => {
  it('is taken off as it was put on, and leaves the metadata as it was', () => {
    const names = fc
      .stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/)
      .filter((name) => name.toLowerCase() !== 'blobmirror' && name !== '__proto__');
    fc.assert(
      fc.property(fc.dictionary(names, fc.string(), { noNullPrototype: true }), (metadata) => {
        expect(splitStamp(addStamp(metadata, STAMP))).toEqual({ metadata, stamp: STAMP });
      }),
    );
  });

  it('replaces an earlier one, whatever the case of its name', () => {
    const twice = addStamp(
      { BlobMirror: 'v=1;account=old;etag=0x1;modified=2026-01-01T00:00:00.000Z', a: 'b' },
      STAMP,
    );
    expect(Object.keys(twice)).toEqual(['a', 'blobmirror']);
    expect(splitStamp(twice).stamp).toEqual(STAMP);
  });

  it.each([
    '',
    'nonsense',
    'v=2;account=a;etag=0x1;modified=2026-01-01T00:00:00.000Z',
    'v=1;account=a;etag=0x1;modified=later',
    'v=1;account=a;modified=2026-01-01T00:00:00.000Z',
  ])('is no stamp when it reads %j, so the blob is mirrored anew', (text) => {
    expect(splitStamp({ blobmirror: text }).stamp).toBeUndefined();
  });

  it('fits into one line of ASCII that a header can carry', () => {
    expect(Object.values(addStamp({}, STAMP))[0]).toMatch(/^[\x21-\x7e]{1,160}$/);
  });
});

describe('an ETag', () => {
  it('is the same with and without its quotes', () => {
    expect(parseEtag('"0x8DC"')).toBe(parseEtag('0x8DC'));
  });

  it('is never empty', () => {
    for (const nothing of [undefined, '', '""']) expect(() => parseEtag(nothing)).toThrow('without an ETag');
  });
});

it('a text that a user wrote in the place of the stamp is no stamp, and never an error', () => {
  for (const text of [
    '',
    'v=1',
    'v=1;account=a;etag="";modified=2026-01-01T00:00:00.000Z',
    'v=1;account=;etag=0x1;modified=x',
  ])
    expect(splitStamp({ blobmirror: text }).stamp).toBeUndefined();
});

it('metadata may have any name', () => {
  const metadata = Object.fromEntries([['__proto__', 'x']]);
  expect(Object.entries(splitStamp(metadata).metadata)).toEqual([['__proto__', 'x']]);
});

describe('the mark of an unfinished copy', () => {
  const wanted = addStamp({ user: 'x' }, STAMP);
  const other = addStamp({ user: 'x' }, { ...STAMP, etag: parseEtag('"0x8DD"') });

  it('tells how far the copy of this version has come', () => {
    expect(unfinishedBytes(markUnfinished(wanted, 'partial', 8), 'partial', wanted)).toBe(8);
    // The user's metadata may have changed meanwhile.
    expect(unfinishedBytes(markUnfinished(addStamp({}, STAMP), 'partial', 8), 'partial', wanted)).toBe(8);
  });

  it.each([
    ['another version', markUnfinished(other, 'partial', 8)],
    ['another state', markUnfinished(wanted, 'unverified', 8)],
    ['a copy that is over', wanted],
    ['nothing', {}],
  ])('tells nothing of %s', (_, metadata) => {
    expect(unfinishedBytes(metadata, 'partial', wanted)).toBeUndefined();
  });
});

it('metadata fits by its names, their prefixes and its values together', () => {
  const prefix = 'x-ms-meta-'.length;
  expect(fitsIntoMetadata({ n: 'v'.repeat(8192 - prefix - 1) })).toBe(true);
  expect(fitsIntoMetadata({ n: 'v'.repeat(8192 - prefix) })).toBe(false);
  expect(fitsIntoMetadata({ ['n'.repeat(8192 - prefix + 1)]: '' })).toBe(false);
  const many = Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`n${i}`, '']));
  expect(fitsIntoMetadata(many)).toBe(false);
});
