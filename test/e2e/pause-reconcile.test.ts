import { expect, test } from 'vitest';
import { writeBlobs } from './support/blobs-of.ts';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { listingInPages, type OnPage } from './support/listing-in-pages.ts';
import { startUnheard } from './support/start-unheard.ts';
import { waitUntil } from './support/wait-until.ts';
import { writesOnBackup } from './support/writes-on-backup.ts';

const BLOBS = 600;

/** Small pages, so that one slice would take the whole container and a quarter of a minute. */
let pageMs = 250;
const slowly: OnPage = ({ xml }, response) => {
  setTimeout(() => response.writeHead(200).end(xml), pageMs);
  return undefined;
};

test('a full sync stops in its middle at a pause, is not abandoned meanwhile, and continues from there', async () => {
  const unheard = await startUnheard({
    intercept: { source: (account) => listingInPages(account, 10, slowly) },
  });
  const { source, reconciler, requests, readyFile } = unheard;
  const worker = await unheard.startWorker();
  await writeBlobs(source, 'photos', BLOBS);

  const begun = await reconciler.start({ dryRun: false, allowDeletes: [], reason: 'http' });
  if (!('started' in begun)) throw new Error('no run began');
  const { id } = begun.started;
  const written = (): number => writesOnBackup(requests).length;
  await waitUntil('it is in its middle', () => written() > 20, { isPassing: true });
  // Without the pause it would take more than a minute.
  pageMs = 1500;
  expect(await runBlobmirror(['pause', `--local=${readyFile}`])).toMatchObject({ status: 0 });
  // The slice is recorded with what it did, and the rest of it is held.
  const run = await waitUntil(
    'its slice has ended',
    async () => {
      const now = await reconciler.read(id);
      return Object.values(now?.shards ?? {}).some(({ slices }) => slices > 0) && now;
    },
    { every: 50 },
  );
  const seen = written();
  expect(seen).toBeLessThan(BLOBS);
  expect(run).toMatchObject({ state: 'comparing', counts: { byVerdict: { copied: seen - 1 } } });
  expect(await reconciler.start({ dryRun: false, allowDeletes: [], reason: 'http' })).toEqual({
    running: id,
  });

  expect(written()).toBe(seen);
  pageMs = 0;
  expect(await runBlobmirror(['resume', `--local=${readyFile}`])).toMatchObject({ status: 0 });
  const ended = await unheard.untilEnded(id);
  expect(ended).toMatchObject({ status: 0, run: { state: 'done', alerts: [] } });
  expect(ended.run.counts.byVerdict).toEqual({ copied: BLOBS });
  expect(worker.logged('a slice of a full sync failed')).toEqual([]);
  expect(await expectEqualAccounts(unheard)).toBe(BLOBS);
});
