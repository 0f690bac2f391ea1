import { beforeAll, beforeEach, expect, test } from 'vitest';
import { blobsOf, deleteBlobs, writeBlobs } from './support/blobs-of.ts';
import { compareListings } from './support/expect-equal-accounts.ts';
import { listingInPages, type OnPage } from './support/listing-in-pages.ts';
import { startUnheard, type Unheard } from './support/start-unheard.ts';
import { waitUntil } from './support/wait-until.ts';
import { writesOnBackup } from './support/writes-on-backup.ts';

const asItIs: OnPage = ({ xml }) => xml;
let onPage = asItIs;
let unheard: Unheard;

beforeAll(async () => {
  unheard = await startUnheard({
    intercept: { source: (account) => listingInPages(account, 10, (...page) => onPage(...page)) },
  });
  await unheard.startWorker();
  for (const name of ['photos', 'tables']) await writeBlobs(unheard.source, name, 40);
});
// Each test begins in step.
beforeEach(async () => void (await unheard.reconcile()));

let rounds = 0;

/**
 * Puts three blobs of each container out of step: one to copy, one to overwrite and one to delete, whose names begin with
 * 1, 2 and 3. Returns the number of the round, which is in those names, and what differs.
 */
async function putOutOfStep(): Promise<{ round: number; differences: readonly string[] }> {
  const round = rounds++;
  for (const name of ['photos', 'tables']) {
    const container = unheard.source.getContainerClient(name);
    await container.getBlockBlobClient(`1/new ${round}`).upload('new', 3);
    await container.getBlockBlobClient('2.txt').upload(`round ${round}`, 7);
    await deleteBlobs(unheard.source, name, 1, 30 + round);
  }
  return { round, differences: await compareListings(unheard) };
}

test('a dry run finds what is out of step and writes nothing', async () => {
  const { requests, reconcile } = unheard;
  const { differences } = await putOutOfStep();
  requests.length = 0;
  const { run, status } = await reconcile({ dryRun: true });
  expect([status, run.counts]).toMatchObject([
    0,
    { nominated: 6, byVerdict: { missing: 2, different: 2, extra: 2 } },
  ]);
  expect(writesOnBackup(requests)).toEqual([]);
  expect(await compareListings(unheard)).toEqual(differences);
});

test('a run of one container, and of one prefix, touches nothing else', async () => {
  const { requests, reconcile } = unheard;
  const { round } = await putOutOfStep();
  const deleted = `${30 + round}.txt`;
  const touched = async (request: object) => {
    requests.length = 0;
    expect((await reconcile(request)).status).toBe(0);
    return [...new Set(writesOnBackup(requests))];
  };
  expect(await touched({ container: 'photos', prefix: '1/' })).toEqual([`photos/1/new ${round}`]);
  expect(await touched({ container: 'tables', prefix: '3' })).toEqual([`tables/${deleted}`]);
  expect(await touched({ container: 'photos' })).toEqual(['photos/2.txt', `photos/${deleted}`]);
  expect(await touched({})).toEqual([`tables/1/new ${round}`, 'tables/2.txt']);
  expect(await compareListings(unheard)).toEqual([]);
});

test('a run that is cancelled in the middle deletes nothing, does not block the next one and stays cancelled', async () => {
  const { backup, reconciler, reconcile, untilEnded } = unheard;
  const { round } = await putOutOfStep();
  let release = (): void => {};
  onPage = ({ container, number, xml }, response) => {
    if (container !== 'photos' || number !== 2) return xml;
    onPage = asItIs;
    release = () => response.writeHead(200).end(xml);
    return undefined;
  };
  const request = { dryRun: false, allowDeletes: [], reason: 'http' } as const;
  const begun = await reconciler.start(request);
  if (!('started' in begun)) throw new Error('no run began');
  const { id } = begun.started;
  await waitUntil('it is in its middle', () => onPage === asItIs);
  expect(await reconciler.start(request)).toEqual({ running: id });

  expect(await reconciler.cancel(id)).toBe(true);
  const { run, status } = await untilEnded(id);
  expect([run.state, status]).toEqual(['cancelled', 4]);
  expect(await blobsOf(backup, 'photos')).toContain(`${30 + round}.txt`);
  const next = await reconcile();
  expect(next.status).toBe(0);
  expect(await compareListings(unheard)).toEqual([]);
  release();
  expect(await reconciler.cancel(id)).toBe(false);
  expect(await reconciler.read(id)).toEqual(run);
});

test('a worker with the flag begins a run at its start, and the timer begins runs one after another', async () => {
  const { reconciler, startWorker } = unheard;
  await putOutOfStep();
  const runsBy = async (reason: string) =>
    (await reconciler.list()).filter(
      ({ request, endedAt }) => request.reason === reason && endedAt !== undefined,
    );
  const env = { BLOBMIRROR_RECONCILE_SCHEDULE: '*/2 * * * * *' };
  const worker = await startWorker(['--sweep'], { env });
  await waitUntil(
    'both have had their runs',
    async () => (await runsBy('start')).length === 1 && (await runsBy('timer')).length >= 2,
    { every: 100 },
  );
  expect(await compareListings(unheard)).toEqual([]);
  const times = (await reconciler.list())
    .map(({ startedAt, endedAt = '' }) => [startedAt, endedAt] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flat();
  expect(times.filter(Boolean)).toEqual(times.filter(Boolean).toSorted());
  await worker.end();
  await waitUntil('no run is under way', async () =>
    (await reconciler.list()).every(({ endedAt }) => endedAt !== undefined),
  );
});
