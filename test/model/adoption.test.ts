import { describe, expect, it } from 'vitest';
import { addAdoptable, NOTHING_ADOPTABLE, toEstimate } from '../../src/model/adoption.ts';

const GB = 1024 ** 3;
/** US dollars, by the list of prices that the estimate names. */
const PRICES = { per10000Writes: 0.055, per10000Reads: 0.0044, perGbTransferred: 0.02, perGbMonth: 0.018 };
const FOUND = { keys: 10_000, bytes: 1000 * GB, versionedKeys: 0, versionedBytes: 0 };

describe('what adopting would cost', () => {
  it('is a write a key by MD5, and nothing is read', () => {
    expect(toEstimate('md5', FOUND)).toMatchObject({
      ...FOUND,
      bytesRead: 0,
      dollars: { writes: PRICES.per10000Writes, reads: 0, transfer: 0, versionsPerMonth: 0 },
    });
  });

  it('is both sides by reading, in pieces, of which one goes to another region', () => {
    const { bytesRead, dollars } = toEstimate('read', FOUND);
    expect(bytesRead).toBe(2000 * GB);
    const pieces = 2 * (FOUND.keys + (FOUND.bytes / 8) * 1024 ** -2);
    expect(dollars.reads).toBeCloseTo((pieces / 10_000) * PRICES.per10000Reads, 9);
    expect(dollars.transfer).toBeCloseTo(1000 * PRICES.perGbTransferred, 9);
  });

  it('is a version of each blob beside, where the backup keeps versions', () => {
    const { dollars } = toEstimate('md5', { ...FOUND, versionedKeys: 10_000, versionedBytes: FOUND.bytes });
    expect(dollars.versionsPerMonth).toBeCloseTo(1000 * PRICES.perGbMonth, 9);
  });

  it('is nothing where nothing can be adopted, and says what it assumes', () => {
    const { dollars, assumption } = toEstimate('read', NOTHING_ADOPTABLE);
    expect(Object.values(dollars)).toEqual([0, 0, 0, 0]);
    expect(assumption).toMatch(/^An estimate by list prices .*East US.* not by your own\./);
  });

  it('is of all slices together', () => {
    expect(addAdoptable(FOUND, { ...FOUND, versionedKeys: 1, versionedBytes: 2 })).toEqual({
      keys: 20_000,
      bytes: 2000 * GB,
      versionedKeys: 1,
      versionedBytes: 2,
    });
  });
});
