import { describe, expect, it } from 'vitest';
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
