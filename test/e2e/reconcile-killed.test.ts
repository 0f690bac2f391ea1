import { expect, test, vi } from 'vitest';
import { writeBlobs } from './support/blobs-of.js';
import { expectEqualAccounts } from './support/expect-equal-accounts.js';
import { listed } from './support/expect-repaired.js';
import { startUnheard } from './support/start-unheard.js';
import { waitUntil } from './support/wait-until.js';
import { writeAtRandom } from './support/write-at-random.js';
import { listingInPages } from './support/listing-in-pages.js';

// On a busy machine. What a worker died with waits until its lock expires, after 15 seconds.
vi.setConfig({ testTimeout: 240_000 });

const BLOBS = 400;

test('a full sync whose one of two workers is killed in its middle, while others write, loses no shard and counts none twice', async () => {
  let pages = 0;
  const unheard = await startUnheard({
    intercept: {
      // Small pages, a few a second: several slices of the shortest budget there is.
      source: (account) =>
        listingInPages(account, 10, ({ xml, number }, response) => {
          if (number > 0) pages++;
          setTimeout(() => response.writeHead(200).end(xml), number === 0 ? 0 : 150);
          return undefined;
        }),
    },
  });
  const env = { BLOBMIRROR_RECONCILE_BUDGET: '1' };
  const [victim, other] = [await unheard.startWorker([], { env }), await unheard.startWorker([], { env })];
  await writeBlobs(unheard.source, 'photos', BLOBS);

  const begun = await unheard.reconciler.start({ dryRun: false, allowDeletes: [], reason: 'http' });
  if (!('started' in begun)) throw new Error('no run began');
  const { id } = begun.started;
  const slices = (run: Awaited<ReturnType<typeof unheard.reconciler.read>>) =>
    Object.values(run?.shards ?? {}).reduce((sum, shard) => sum + shard.slices, 0);
  const writing = writeAtRandom(unheard.source, { seed: 5, count: 300, names: 40 });
  await waitUntil('it is in its middle', async () => slices(await unheard.reconciler.read(id)) >= 3, {
    within: 60_000,
    every: 20,
  });
  victim.signal('SIGKILL');
  expect(await victim.ended).toBe('SIGKILL');
  const first = await unheard.untilEnded(id);
  await writing;

  const second = await unheard.reconcile();
  const count = await expectEqualAccounts(unheard, { within: 1000 });
  const third = await unheard.reconcile();

  expect(third.run.counts).toMatchObject({ inStep: count, nominated: 0 });
  expect(listed(third.run)).toEqual({ source: count, backup: count });
  expect(other.logged('a slice of a reconcile failed')).toEqual([]);
});
