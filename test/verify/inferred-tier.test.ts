import { expect, it } from 'vitest';
import { compareBlobs } from '../../src/verify/compare-attributes.ts';
import { parseEtag } from '../../src/model/etag.ts';
import type { BlobPresent } from '../../src/model/reading.ts';
import { POLICY } from '../support/memory-pair.ts';

const BLOB: BlobPresent = {
  present: true,
  etag: parseEtag('0x1'),
  lastModified: new Date(0),
  size: 1,
  kind: 'block',
  contentMd5: undefined,
  headers: {},
  metadata: {},
  stamp: { account: 'sourceaccount', etag: parseEtag('0x1'), lastModified: new Date(0) },
  archived: false,
};

const compare = (source: Partial<BlobPresent>, backup: Partial<BlobPresent>) =>
  compareBlobs(
    'sourceaccount',
    POLICY,
    { reading: { ...BLOB, ...source }, tags: {} },
    { reading: { ...BLOB, ...backup }, tags: {} },
  );

it('a backup that has the wanted tier by default is no difference, and one that has another is', () => {
  expect(compare({ tier: 'Hot' }, { inferredTier: 'Hot' })).toEqual([]);
  expect(compare({ tier: 'Hot' }, { inferredTier: 'Cool' })).toEqual([
    { difference: 'tier', source: 'Hot', backup: 'Cool' },
  ]);
});
