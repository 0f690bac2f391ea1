import { describe, expect, it } from 'vitest';
import { BlobmirrorError } from '../../src/model/errors.ts';
import type { AccountProbe } from '../../src/ports/probes.ts';
import { checkClock, checkCopy, checkKinds, checkVersion } from '../../src/setup-check/check-accounts.ts';

type Kind = 'flat' | 'hierarchical';

const refused = async (): Promise<never> =>
  await Promise.reject(new BlobmirrorError('storage-forbidden', 'a read was refused'));

function probe(account: string, kind: Kind | undefined): AccountProbe {
  return {
    account,
    kind: kind === undefined ? refused : async () => await Promise.resolve(kind),
  } as AccountProbe;
}

describe('the kinds of the accounts', () => {
  it.each([
    ['flat', 'flat', 'auto', 'ok', /^both accounts are flat$/, undefined],
    ['hierarchical', 'hierarchical', 'hierarchical', 'ok', /^both accounts are hierarchical$/, undefined],
    [
      'flat',
      'hierarchical',
      'auto',
      'problem',
      /the source is flat, the backup is hierarchical/,
      'namespace false',
    ],
    ['hierarchical', 'flat', 'hierarchical', 'problem', /the backup is flat/, 'namespace true'],
    [
      'flat',
      'flat',
      'hierarchical',
      'problem',
      /BLOBMIRROR_NAMESPACE says hierarchical/,
      'BLOBMIRROR_NAMESPACE=flat',
    ],
    // Messages wait until the kind can be read, unless the settings say it.
    [undefined, 'flat', 'auto', 'problem', /messages wait until it can/, 'az storage account show'],
    [
      'flat',
      undefined,
      'flat',
      'unknown',
      /BLOBMIRROR_NAMESPACE=flat could not be verified/,
      'az storage account show',
    ],
  ] as const)('%s and %s, with the setting %s: %s', async (source, backup, setting, status, detail, fix) => {
    const finding = await checkKinds(probe('photos', source), probe('copies', backup), setting);
    expect(finding).toMatchObject({ check: 'kinds', of: 'photos, copies', status });
    expect(finding.detail).toMatch(detail);
    expect(finding.fix ?? '').toContain(fix ?? '');
    expect(finding.fix === undefined).toBe(fix === undefined);
  });
});

describe('a backup that is to copy from the source', () => {
  it.each([
    ['fetches', async () => await Promise.resolve(true), 'ok', /directly/],
    [
      'has no operation for it',
      async () => await Promise.resolve(false),
      'warning',
      /pass(es)? through the workers/,
    ],
    ['is not let in', refused, 'problem', /cannot fetch content from the source.*a read was refused/],
  ] as const)('%s', async (_, copy, status, detail) => {
    const finding = await checkCopy('photos', 'copies', copy);
    expect(finding).toMatchObject({ check: 'copy', of: 'photos, copies', status });
    expect(finding.detail).toMatch(detail);
  });
});

describe('the API version of an account', () => {
  const NEWEST = '2026-10-06';
  const taken = { refused: undefined, spoken: undefined, isTaken: true, isRefusedWhole: false };

  it.each([
    ['that accepts the newest', taken, 'ok', `it accepts version ${NEWEST}`],
    ['that has not answered', { ...taken, isTaken: false }, 'unknown', 'it has not answered'],
    [
      'that accepts an older one',
      { ...taken, refused: NEWEST, spoken: '2025-11-05' },
      'warning',
      `it refuses version ${NEWEST} of the storage API, so requests use 2025-11-05`,
    ],
    [
      'that refuses every one',
      { ...taken, refused: NEWEST, isTaken: false, isRefusedWhole: true },
      'problem',
      `it refuses version ${NEWEST}`,
    ],
  ] as const)('%s', (_, version, status, detail) => {
    const finding = checkVersion('source-version', 'photos', NEWEST, version);
    expect(finding).toMatchObject({ check: 'source-version', of: 'photos', status });
    expect(finding.detail).toContain(detail);
  });
});

describe('the clock of a service', () => {
  const check = async (aheadMs: number | undefined) =>
    await checkClock('source-clock', 'photos', async () => await Promise.resolve(aheadMs));

  it.each([
    [0, 'ok', 'differ by 0.0 s'],
    [4_999, 'ok', 'differ by 5.0 s'],
    [-4_999, 'ok', 'differ by 5.0 s'],
    [5_000, 'warning', 'the clock of this machine is 5.0 s behind'],
    [-5_000, 'warning', 'the clock of this machine is 5.0 s ahead'],
    [60_000, 'warning', 'behind'],
    [60_001, 'problem', 'clock-off: the clock of this machine is 1 min behind'],
    [-600_000, 'problem', 'clock-off: the clock of this machine is 10 min ahead'],
  ] as const)('that is %i ms ahead of ours is %s', async (aheadMs, status, detail) => {
    const finding = await check(aheadMs);
    expect(finding).toMatchObject({ check: 'source-clock', of: 'photos', status });
    expect(finding.detail).toContain(detail);
  });

  it('that cannot be read, or does not tell its time, is unknown', async () => {
    expect(await check(undefined)).toMatchObject({ status: 'unknown' });
    expect(await checkClock('source-clock', 'photos', refused)).toMatchObject({
      status: 'unknown',
      detail: 'a read was refused',
    });
  });
});
