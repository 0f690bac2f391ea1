import { expect, test } from 'vitest';
import type { Run } from '../../src/api/run.ts';
import { writeBlobs } from './support/blobs-of.ts';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { listed } from './support/expect-repaired.ts';
import { listingInPages, type OnPage } from './support/listing-in-pages.ts';
import { startUnheard } from './support/start-unheard.ts';
import { waitUntil } from './support/wait-until.ts';
import { writeAtRandom } from './support/write-at-random.ts';

const BLOBS = 200;
const WRITES = 200;

/** Small pages, a few in a second, so that the shortest budget makes several slices of a container. */
const slowly: OnPage = ({ xml, number }, response) => {
  setTimeout(() => response.writeHead(200).end(xml), number === 0 ? 0 : 150);
  return undefined;
};

const slicesOf = (run: Run | undefined): number =>
  Object.values(run?.shards ?? {}).reduce((sum, { slices }) => sum + slices, 0);

test('a full sync loses no shard and counts none twice when one of two workers is killed in the middle, during other writes', async () => {
  const unheard = await startUnheard({
    intercept: { source: (account) => listingInPages(account, 10, slowly) },
  });
  const { source, reconciler } = unheard;
  const env = { BLOBMIRROR_RECONCILE_BUDGET: '1' };
  const victim = await unheard.startWorker([], { env });
  await unheard.startWorker([], { env });
  await writeBlobs(source, 'photos', BLOBS);

  let written = 0;
  const writing = writeAtRandom(source, {
    seed: 5,
    count: WRITES,
    names: 30,
    onDone: (done) => (written = done),
  });
  await waitUntil('writers are at work', () => written > 20);
  const begun = await reconciler.start({ dryRun: false, allowDeletes: [], reason: 'http' });
  if (!('started' in begun)) throw new Error('no run began');
  const { id } = begun.started;
  await waitUntil('it is in its middle', async () => slicesOf(await reconciler.read(id)) >= 3, {
    every: 20,
    isPassing: true,
  });
  victim.signal('SIGKILL');
  expect(await victim.ended).toBe('SIGKILL');
  const { run, status } = await unheard.untilEnded(id);
  await writing;
  expect([status, run.alerts]).toEqual([0, []]);
  expect(Object.values(run.shards).filter(({ isDone, failed }) => !isDone || failed !== undefined)).toEqual(
    [],
  );
  // Nothing else writes there, and what the killed worker had copied is in step for the next one.
  expect(run.containers['photos']).toMatchObject({ source: BLOBS, extras: 0 });

  expect((await unheard.reconcile()).status).toBe(0);
  const count = await expectEqualAccounts(unheard);
  const quiet = await unheard.reconcile();
  expect(slicesOf(quiet.run)).toBeGreaterThan(6);
  expect(quiet.run.counts).toMatchObject({ inStep: count, nominated: 0 });
  expect(listed(quiet.run)).toEqual({ source: count, backup: count });
});
