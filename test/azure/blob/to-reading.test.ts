import { describe, expect, it } from 'vitest';
import { addStamp, markUnfinished } from '../../../src/model/stamp.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { type BlobProperties, toReading } from '../../../src/azure/blob/to-reading.ts';

const BLOB: BlobProperties = { etag: '"0x1"', blobType: 'BlockBlob', contentLength: 1 };

describe('the access tier of a blob', () => {
  it.each<[BlobProperties, Partial<ReturnType<typeof toReading>>]>([
    [{ accessTier: 'Hot' }, { tier: 'Hot', archived: false }],
    [
      { accessTier: 'Cold', accessTierInferred: false },
      { tier: 'Cold', archived: false },
    ],
    [
      { accessTier: 'Hot', accessTierInferred: true },
      { inferredTier: 'Hot', archived: false },
    ],
    [{ accessTier: 'Smart' }, { tier: 'Smart', archived: false }],
    [
      { accessTier: 'Smart', accessTierInferred: true },
      { inferredTier: 'Smart', archived: false },
    ],
    [{ accessTier: 'Archive' }, { tier: 'Archive', archived: true }],
    [
      { accessTier: 'Archive', archiveStatus: 'rehydrate-pending-to-hot' },
      { tier: 'Hot', archived: true },
    ],
    [
      { accessTier: 'Archive', archiveStatus: 'rehydrate-pending-to-cool' },
      { tier: 'Cool', archived: true },
    ],
    [
      { accessTier: 'Archive', archiveStatus: 'rehydrate-pending-to-cold' },
      { tier: 'Cold', archived: true },
    ],
    [
      { accessTier: 'Archive', archiveStatus: 'rehydrate-pending-to-smart' },
      { tier: 'Smart', archived: true },
    ],
    [{}, { archived: false }],
  ])('is read from %o', (properties, expected) => {
    const { tier, inferredTier, archived } = toReading({ ...BLOB, ...properties }, {});
    expect({ tier, inferredTier, archived }).toEqual(expected);
  });
});

describe('the kind of a blob', () => {
  it.each([
    ['BlockBlob', 'block'],
    ['AppendBlob', 'append'],
    ['PageBlob', 'page'],
  ] as const)('%s is %s', (blobType, kind) => {
    expect(toReading({ ...BLOB, blobType }, {})).toMatchObject({ kind });
  });

  // It would be copied as what it is not.
  it.each(['QueueBlob', 'blockblob', undefined])('is an error where it is not known: %s', (blobType) => {
    const found = { ...BLOB, blobType } as BlobProperties;
    expect(() => toReading(found, {})).toThrow(/unknown type/);
  });
});

describe('a blob whose content is not all there', () => {
  const metadata = addStamp({}, { account: 'source', etag: parseEtag('0x1'), lastModified: new Date(0) });
  const WHOLE: BlobProperties = { ...BLOB, contentMD5: new Uint8Array([1]) };
  const read = (properties: Partial<BlobProperties>, stamped = metadata) => {
    const { stamp, contentMd5, pendingCopy, unfinishedCopy } = toReading(
      { ...WHOLE, ...properties },
      stamped,
    );
    return {
      stamped: stamp !== undefined,
      md5: contentMd5 !== undefined,
      pending: pendingCopy?.stamp !== undefined,
      unfinished: unfinishedCopy?.stamp !== undefined,
    };
  };

  it.each<[string, Partial<BlobProperties>, ReturnType<typeof read>]>([
    ['is whole', {}, { stamped: true, md5: true, pending: false, unfinished: false }],
    [
      'was copied',
      { copyStatus: 'success' },
      { stamped: true, md5: true, pending: false, unfinished: false },
    ],
    [
      'is being copied',
      { copyStatus: 'pending' },
      { stamped: false, md5: false, pending: true, unfinished: false },
    ],
    [
      'was broken off',
      { copyStatus: 'aborted' },
      { stamped: false, md5: false, pending: false, unfinished: true },
    ],
    ['failed', { copyStatus: 'failed' }, { stamped: false, md5: false, pending: false, unfinished: true }],
  ])('is told by its copy, which %s', (_, properties, expected) => {
    expect(read(properties)).toEqual(expected);
  });

  it.each(['partial', 'unverified'] as const)('is told by its mark: %s', (state) => {
    const expected = { stamped: false, md5: false, pending: false, unfinished: true };
    expect(read({}, markUnfinished(metadata, state, 0))).toEqual(expected);
  });
});
