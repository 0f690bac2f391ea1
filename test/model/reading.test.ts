import { expect, it } from 'vitest';
import { parseEtag } from '../../src/model/etag.ts';
import {
  type BlobPresent,
  type ContentHeaders,
  isSameContent,
  isSameHeaders,
} from '../../src/model/reading.ts';

const blob = (changes: Partial<BlobPresent> = {}): BlobPresent => ({
  present: true,
  etag: parseEtag('0xA'),
  lastModified: new Date(0),
  size: 512,
  kind: 'block',
  contentMd5: 'md5',
  headers: {},
  metadata: {},
  stamp: undefined,
  archived: false,
  ...changes,
});

it.each<[string, Partial<BlobPresent>, boolean | undefined]>([
  ['one size and one MD5', {}, true],
  ['another size', { size: 513 }, false],
  ['another MD5', { contentMd5: 'another' }, false],
  ['no MD5 on one side', { contentMd5: undefined }, undefined],
])('tells of two blobs with %s what that proves', (_what, changes, same) => {
  expect(isSameContent(blob(), blob(changes))).toBe(same);
  expect(isSameContent(blob(changes), blob())).toBe(same);
});

it('takes nothing from the MD5 of a page blob, which page writes leave as it was', () => {
  expect(isSameContent(blob({ kind: 'page' }), blob({ kind: 'page' }))).toBeUndefined();
  expect(
    isSameContent(blob({ kind: 'page' }), blob({ kind: 'page', contentMd5: 'another' })),
  ).toBeUndefined();
});

const OCTETS = 'application/octet-stream';

it.each<[ContentHeaders, ContentHeaders, boolean]>([
  [{}, {}, true],
  [{}, { contentType: OCTETS }, true],
  [{ contentType: OCTETS, cacheControl: 'no-store' }, { cacheControl: 'no-store' }, true],
  [{}, { contentType: 'text/plain' }, false],
  [{}, { contentEncoding: 'gzip' }, false],
  [{ contentType: OCTETS }, { contentType: OCTETS, contentLanguage: 'de' }, false],
])('%o and %o are the same: %s', (one, other, same) => {
  expect(isSameHeaders(one, other)).toBe(same);
  expect(isSameHeaders(other, one)).toBe(same);
});
