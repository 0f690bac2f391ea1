import { expect, it } from 'vitest';
import { parseEtag } from '../../src/model/etag.ts';
import type { BlobPresent } from '../../src/model/reading.ts';
import { isSameContent } from '../../src/model/same-content.ts';

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
