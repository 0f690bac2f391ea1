import type { ServerResponse } from 'node:http';
import { beforeAll, expect, test } from 'vitest';
import type { BlobmirrorProcess } from './support/blobmirror-process.ts';
import { blobsOf, deleteBlobs, writeBlobs } from './support/blobs-of.ts';
import { compareListings } from './support/expect-equal-accounts.ts';
import { listingInPages, type OnPage, type ServedPage } from './support/listing-in-pages.ts';
import { startUnheard, type Unheard } from './support/start-unheard.ts';

const PER_PAGE = 20;
const asItIs: OnPage = ({ xml }) => xml;
const onPage: Record<'source' | 'backup', OnPage> = { source: asItIs, backup: asItIs };
let unheard: Unheard;
let worker: BlobmirrorProcess;

beforeAll(async () => {
  unheard = await startUnheard({
    intercept: {
      source: (account) => listingInPages(account, PER_PAGE, (...page) => onPage.source(...page)),
      backup: (account) => listingInPages(account, PER_PAGE, (...page) => onPage.backup(...page)),
    },
  });
  worker = await unheard.startWorker();
  await writeBlobs(unheard.source, 'photos', 80);
  await writeBlobs(unheard.source, 'tables', 20);
  await unheard.reconcile();
});

let rounds = 0;

/** Work in each container: three blobs to delete, one to copy. */
async function putOutOfStep(): Promise<void> {
  const round = rounds++;
  for (const name of ['photos', 'tables']) {
    await deleteBlobs(unheard.source, name, 3, 3 * round);
    await unheard.source.getContainerClient(name).getBlockBlobClient(`new ${round}`).upload('new', 3);
  }
}

type Fault = (page: ServedPage, response: ServerResponse) => void;

/** How often the second page of `photos` fails. */
function failing(times: number, fault: Fault): OnPage {
  let left = times;
  return (page, response) => {
    const isIt = page.container === 'photos' && page.number > 0 && left > 0;
    if (!isIt) return page.xml;
    left--;
    fault(page, response);
    return undefined;
  };
}

const isBroken: Fault = (_, response) => void response.writeHead(500).end();
const isCutOff: Fault = ({ xml }, response) => {
  response.writeHead(200, { 'content-length': Buffer.byteLength(xml) });
  response.write(xml.slice(0, xml.length / 2), () => response.destroy());
};
const endsEarly: Fault = ({ xml }, response) => {
  // Cut at the end of an entry, so that it looks complete.
  const end = xml.indexOf('</Blob>', xml.length / 2) + '</Blob>'.length;
  response.writeHead(200).end(xml.slice(0, end));
};
const isForbidden: Fault = (_, response) => {
  response.writeHead(403, { 'x-ms-error-code': 'AuthorizationPermissionMismatch' }).end();
};

test.each<[string, number, Fault]>([
  ['answers 500 in its middle', 1, isBroken],
  ['is cut off in the middle of a page', 1, isCutOff],
  ['has a page that ends early, with status 200', 1, endsEarly],
  ['loses the right to read on the way', 2, isForbidden],
])('a source whose listing %s loses nothing on the backup in that run', async (_, times, fault) => {
  const { source, backup, reconcile } = unheard;
  await putOutOfStep();
  onPage.source = failing(times, fault);

  const { run, status } = await reconcile();
  expect([status, run.state, run.alerts.map(({ code }) => code)]).toEqual([
    4,
    'done',
    ['source-listing-failed'],
  ]);
  expect(run.counts).toMatchObject({
    byVerdict: { copied: 2 },
    skipped: { 'source-listing-failed': 6 },
    failed: {},
  });
  for (const name of ['photos', 'tables'])
    expect(await blobsOf(backup, name)).toHaveLength(3 + ((await blobsOf(source, name))?.length ?? 0));

  const after = await reconcile();
  expect([after.status, after.run.counts.byVerdict]).toEqual([0, { deleted: 6 }]);
  expect(await compareListings(unheard)).toEqual([]);
});

test('a backup whose listing fails in the middle is listed again, and is equal after the same run', async () => {
  await putOutOfStep();
  onPage.backup = failing(1, isCutOff);
  const failures = () => worker.logged('a slice of a full sync failed').length;
  const before = failures();
  const { run, status } = await unheard.reconcile();
  expect([status, run.counts.byVerdict]).toEqual([0, { copied: 2, deleted: 6 }]);
  expect(failures()).toBe(before + 1);
  expect(await compareListings(unheard)).toEqual([]);
});
