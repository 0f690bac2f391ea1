import { beforeEach, expect, it } from 'vitest';
import { type Admission, createAdmission } from '../../src/identity/admission.ts';
import type { SwapDetection } from '../../src/identity/detect-swapped-accounts.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';

const CLEAR: SwapDetection = { kind: 'clear', blobs: 1 };
const SWAPPED: SwapDetection = { kind: 'swapped', evidence: 'photos/a was made from it' };
const UNKNOWN: SwapDetection = {
  kind: 'unknown',
  error: new BlobmirrorError('storage-unavailable', 'no answer'),
};

let now: number;
let looks: number;
let answers: SwapDetection[];
let admission: Admission;

beforeEach(() => {
  [now, looks, answers] = [0, 0, []];
  admission = createAdmission(
    { source: 'photos', backup: 'photosbackup' },
    async () => {
      const seen = answers[Math.min(looks++, answers.length - 1)];
      if (seen === undefined) throw new Error('nothing to see');
      return await Promise.resolve(seen);
    },
    { now: () => now },
  );
});

it('is one look for all who ask, and none after it was clear', async () => {
  answers = [CLEAR];
  await Promise.all([admission.evaluate(), admission.evaluate(), admission.requireClear()]);
  now = 3_600_000;
  await admission.requireClear();
  expect(looks).toBe(1);
});

it('refuses swapped accounts with both names and what shows it, and looks again later', async () => {
  answers = [SWAPPED, CLEAR];
  for (const ask of [async () => await admission.evaluate(), async () => await admission.requireClear()])
    await expect(ask()).rejects.toMatchObject({
      code: 'accounts-swapped',
      message: expect.stringMatching(/BLOBMIRROR_SOURCE \(photos\).*\(photosbackup\).*photos\/a/) as string,
    });
  expect(looks).toBe(1);
  now = 30_000;
  await expect(admission.evaluate()).rejects.toMatchObject({ code: 'accounts-swapped' });
  expect(await admission.evaluate()).toEqual(CLEAR);
});

it('lets work go on where nothing can be seen, and holds what deletes until it can', async () => {
  answers = [UNKNOWN, UNKNOWN, CLEAR];
  expect(await admission.evaluate()).toEqual(UNKNOWN);
  await expect(admission.requireClear()).rejects.toMatchObject({ code: 'storage-unavailable' });
  expect(looks).toBe(1);
  now = 30_000;
  await expect(admission.requireClear()).rejects.toMatchObject({ code: 'storage-unavailable' });
  now = 60_000;
  await admission.requireClear();
  expect(looks).toBe(3);
});

it('finds swapped accounts once they can be seen, though work went on before', async () => {
  answers = [UNKNOWN, SWAPPED];
  await admission.evaluate();
  now = 30_000;
  await expect(admission.requireClear()).rejects.toMatchObject({ code: 'accounts-swapped' });
  await expect(admission.evaluate()).rejects.toMatchObject({ code: 'accounts-swapped' });
});
