import { expect, test } from 'vitest';
import type { Run } from '../../src/api/run.ts';
import { budget } from '../support/budgets.ts';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { queueCounts } from './support/queue-counts.ts';
import { startEnvironment } from './support/start-environment.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { waitUntil } from './support/wait-until.ts';
import { writeAtRandom } from './support/write-at-random.ts';

const ROUNDS = budget(3, 2);

test('an environment that is killed during writes, several times, restarts with the backup equal to the source', async () => {
  const data = await temporaryDirectory();
  for (let round = 0; round < ROUNDS; round++) {
    const { process: killed, source } = await startEnvironment(['--data', data]);
    const acknowledged = await writeAtRandom(source, {
      seed: round,
      count: 100_000,
      names: 40,
      onDone: (done) => {
        // Later in every round, so that storage is saved in between.
        if (done === 150 * (round + 1)) killed.signal('SIGKILL');
      },
    });
    expect(acknowledged).toBeGreaterThanOrEqual(150 * (round + 1));
    expect(await killed.ended).toBe('SIGKILL');
    await waitUntil('its worker is gone too', () => killed.processes().length === 0);
  }

  const survivor = await startEnvironment(['--data', data]);
  // A message that a killed worker held is delivered again when its lock expires; the test waits for that.
  await waitUntil(
    'the full sync of the start is done',
    async () => {
      const [begun] = survivor.process.logged('a full sync has begun');
      if (begun === undefined) return false;
      const answer = await fetch(`${survivor.info.http.baseUrl}/api/reconcile/${String(begun['run'])}`);
      return ((await answer.json()) as Run).state === 'done';
    },
    { every: 500, saw: () => survivor.process.output.stderr.slice(-4000) },
  );
  await expectEqualAccounts(survivor);
  expect(await queueCounts(survivor.info.serviceBus)).toMatchObject({ deadLetter: 0 });
});
