import { expect, test } from 'vitest';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { untilQueueDrained } from './support/queue-counts.ts';
import { startEnvironment, startWorker } from './support/start-environment.ts';
import { writeAtRandom } from './support/write-at-random.ts';

const WRITES = 500;

test('a worker that is killed in the middle of 500 writes and restarted loses nothing', async () => {
  const environment = await startEnvironment(['--no-worker']);
  let worker = await startWorker(environment.readyFile);
  let restarted: Promise<unknown> = Promise.resolve();
  const killAndRestart = async (): Promise<void> => {
    worker.signal('SIGKILL');
    expect(await worker.ended).toBe('SIGKILL');
    worker = await startWorker(environment.readyFile);
  };
  await writeAtRandom(environment.source, {
    seed: 3,
    count: WRITES,
    names: 60,
    onDone: (done) => {
      if (done % 150 === 0) restarted = restarted.then(killAndRestart);
    },
  });
  await restarted;

  const { deadLetter } = await untilQueueDrained(environment.info.serviceBus);
  expect(deadLetter).toBe(0);
  expect(await expectEqualAccounts(environment)).toBeGreaterThan(60);
});
