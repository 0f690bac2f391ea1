import { expect, it } from 'vitest';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { checkWorkers } from '../../src/setup-check/check-workers.ts';

const NOW = new Date('2026-11-25T12:00:00Z');

async function check(...minutes: readonly number[]) {
  const seen = minutes.map((ago) => ({ seenAt: new Date(NOW.getTime() - ago * 60_000) }));
  return await checkWorkers(
    'photosbackup',
    async () => await Promise.resolve(seen),
    () => NOW,
  );
}

it('a check tells of the workers that are at work, and warns where there is none', async () => {
  expect(await check(1, 4, 30)).toEqual({
    check: 'workers',
    of: 'photosbackup',
    status: 'ok',
    detail: '2 workers are at work; the last report came at 2026-11-25T11:59:00.000Z',
  });
  const silent = await check(30, 11);
  expect(silent.status).toBe('warning');
  expect(silent.detail).toContain(
    'no worker has reported since 2026-11-25T11:49:00.000Z; nothing is mirrored',
  );
  const none = await check();
  expect(none.status).toBe('warning');
  expect(none.detail).toContain('no worker is known to be at work');
});

it('a check tells as unknown what it could not read', async () => {
  const down = async () =>
    await Promise.reject(new BlobmirrorError('storage-unavailable', 'it did not answer'));
  expect(await checkWorkers('photosbackup', down)).toMatchObject({
    status: 'unknown',
    detail: 'it did not answer',
  });
});
