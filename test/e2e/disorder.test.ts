import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeReadyFile, startLocal } from '@blobmirror/local';
import { createSilentLogger } from '../support/silent-logger.ts';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { untilQueueDrained } from './support/queue-counts.ts';
import { connectAccounts, startWorker } from './support/start-environment.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { writeAtRandom } from './support/write-at-random.ts';
import { budget } from '../support/budgets.ts';

const OPERATIONS = budget(1500, 500);

test('with a third of the events duplicated, all reordered among 200 and all delayed, the backup ends equal to the source', async () => {
  const local = await startLocal({
    storagePort: 0,
    serviceBusPort: 0,
    faults: { seed: 7, duplicateShare: 1 / 3, reorderWindow: 200, delayMs: { max: 1000 } },
    log: createSilentLogger(),
  });
  onTestFinished(async () => await local.stop());
  const readyFile = join(await temporaryDirectory(), 'local.json');
  await writeReadyFile(readyFile, { ...local.connections, http: { baseUrl: 'http://127.0.0.1:9' } });
  await startWorker(readyFile);

  const accounts = connectAccounts(local.connections);
  await writeAtRandom(accounts.source, { seed: 11, count: OPERATIONS, names: 15 });
  await local.events.idle();
  const { deadLetter } = await untilQueueDrained(local.connections.serviceBus);

  // A key that lost too many races is retried a little later.
  expect(await expectEqualAccounts(accounts)).toBeGreaterThan(10);
  expect(deadLetter).toBe(0);
});
