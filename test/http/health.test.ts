import { expect, it } from 'vitest';
import type { Health, Status } from '../../src/api/status.ts';
import { createStatusHandlers } from '../../src/http/status-handlers.ts';
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
