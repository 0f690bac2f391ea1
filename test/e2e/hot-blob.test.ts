import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { queueCounts } from './support/queue-counts.ts';
import { startEnvironment } from './support/start-environment.ts';
import { startProxiedWorker } from './support/start-proxied-worker.ts';

const WRITES = 200;
const EVERY_MS = 20;

test('a blob that is overwritten 50 times a second costs a bounded number of copies, and ends equal', async () => {
  const environment = await startEnvironment(['--no-worker']);
  const requests = { copies: 0, all: 0 };
  await startProxiedWorker(environment, ({ headers, url }) => {
    if (url?.includes('/hot.txt') === true) {
      requests.all++;
      if (headers['x-ms-copy-source'] !== undefined) requests.copies++;
    }
    return false;
  });

  const container = environment.source.getContainerClient('photos');
  await container.create();
  const began = performance.now();
  for (let i = 1; i <= WRITES; i++) {
    const content = `version ${i}`;
    await container.getBlockBlobClient('hot.txt').upload(content, content.length);
    await sleep(Math.max(0, began + i * EVERY_MS - performance.now()));
  }

  expect(await expectEqualAccounts(environment)).toBe(1);
  // A worker copies a version at most once, even when it loses the race: the next copy is of a newer one.
  expect(requests.copies).toBeLessThanOrEqual(WRITES);
  expect(requests.all).toBeLessThanOrEqual(4 * WRITES);
  expect((await queueCounts(environment.info.serviceBus)).deadLetter).toBe(0);
});
