import { afterEach, expect, it, vi } from 'vitest';
import type { Health, Status } from '../../src/api/status.ts';
import {
  createMetricsHandlers,
  createStatusHandlers,
  healthOfWrongSettings,
} from '../../src/http/status-handlers.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { judgeFullSyncs } from '../../src/status/judge-full-syncs.ts';
import { aRun } from '../support/a-run.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

it('health names no containers to anyone who asks, and keeps the numbers', async () => {
  const problems = judgeFullSyncs({
    alerts: [
      { code: 'too-many-deletes', container: 'payroll', run: aRun().id },
      { code: 'too-many-deletes', container: 'salaries', run: aRun().id },
    ],
    foreign: [{ container: 'payroll', count: 3 }],
  });
  const health: Health = { status: 'failing', problems };
  const read = async () => await Promise.resolve({ health } as Partial<Status> as Status);
  const { status, body } = await createStatusHandlers({ read }, createSilentLogger()).health();
  expect(status).toBe(503);
  expect(JSON.parse(String(body))).toEqual({
    status: 'failing',
    problems: [
      {
        code: 'guard-alerts',
        detail: 'A guard of full syncs waits for a decision: too-many-deletes in 2 containers.',
      },
      {
        code: 'foreign-blobs',
        severity: 'warning',
        detail:
          'The last full sync found 3 blobs on the backup that the source lacks and the mirror did not write, in 1 container.',
      },
    ],
  });
  expect(problems.map(({ detail }) => detail).join(' ')).toContain('payroll, salaries');
});

it.each([
  ['ok', 200],
  ['failing', 503],
] as const)('health that is %s is answered with %i, for monitors', async (state, status) => {
  const read = async () =>
    await Promise.resolve({ health: { status: state, problems: [] } } as Partial<Status> as Status);
  expect((await createStatusHandlers({ read }, createSilentLogger()).health()).status).toBe(status);
});

it('health of wrong settings names them, says nothing of what they hold, and is kept by no cache', () => {
  const message = 'BLOBMIRROR_SOURCE is "AccountKey=c2VjcmV0"; BLOBMIRROR_TIER is "x"';
  const told = healthOfWrongSettings(new BlobmirrorError('setting-invalid', message));
  expect(told).toMatchObject({
    status: 503,
    headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
    jsonBody: { status: 'failing', problems: [{ code: 'settings-wrong' }] },
  });
  expect(JSON.stringify(told)).toContain('(BLOBMIRROR_SOURCE, BLOBMIRROR_TIER)');
  expect(JSON.stringify(told)).not.toContain('c2VjcmV0');
});

afterEach(() => void vi.useRealTimers());

it.each([
  ['cannot be updated', async () => await Promise.reject(new Error('away'))],
  ['are not updated in time', async () => await new Promise<never>(() => {})],
])('metrics are answered although their gauges %s', async (_, refresh) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const telemetry = { readMetrics: async () => await Promise.resolve('a 1\n') };
  let shown: object | undefined;
  void createMetricsHandlers(telemetry, createSilentLogger(), refresh)
    .show()
    .then((told) => (shown = told));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(shown).toMatchObject({ status: 200, body: 'a 1\n' });
});
