import { expect, test, vi } from 'vitest';
import { expectEqualAccounts } from './support/expect-equal-accounts.js';
import { queueCounts } from './support/queue-counts.js';
import { startEnvironment } from './support/start-environment.js';
import { temporaryDirectory } from './support/temporary-directory.js';
import { waitUntil } from './support/wait-until.js';
import { writeAtRandom } from './support/write-at-random.js';

const ROUNDS = 3;
/** The queue holds back what a worker died with until its lock expires, after 15 seconds. */
const LOCK_MS = 15_000;

// On a busy machine; at ease it takes a third of this.
vi.setConfig({ testTimeout: 90_000 });

test('an environment that is killed amid writes, again and again, comes back with the backup equal to the source', async () => {
  const data = await temporaryDirectory();
  for (let round = 0; round < ROUNDS; round++) {
    const { process: killed, source } = await startEnvironment(['--data', data]);
    const acknowledged = await writeAtRandom(source, {
      seed: round,
      count: 100_000,
      names: 40,
      onDone: (done) => {
        // Later every round, so that there are saves of storage in between.
        if (done === 150 * (round + 1)) killed.signal('SIGKILL');
      },
    });
    expect(acknowledged).toBeGreaterThanOrEqual(150 * (round + 1));
    expect(await killed.ended).toBe('SIGKILL');
    await waitUntil('its worker is gone too', () => killed.processes().length === 0, { within: 3000 });
  }

  const survivor = await startEnvironment(['--data', data]);
  await waitUntil(
    'the sweep at the start is done',
    () => survivor.process.logged('sweep is done').length === 1,
    {
      within: 20_000,
    },
  );
  await expectEqualAccounts(survivor, { within: LOCK_MS + 10_000 });
  expect(await queueCounts(survivor.info.serviceBus)).toMatchObject({ deadLetter: 0 });
});
