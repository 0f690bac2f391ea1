import { expect, test } from 'vitest';
import { blobsOf, deleteBlobs, writeBlobs } from '../e2e/support/blobs-of.ts';
import { compareListings } from '../e2e/support/expect-equal-accounts.ts';
import { listingInPages } from '../e2e/support/listing-in-pages.ts';
import { startUnheard } from '../e2e/support/start-unheard.ts';

test.each(['comparing', 'deleting'] as const)(
  'credentials that lose the right to read the source while a run is %s delete nothing more, and the run says so at its end',
  async (phase) => {
    let state: 'sound' | 'to be lost' | 'lost' = 'sound';
    const lose = (): void => {
      if (state === 'to be lost') state = 'lost';
    };
    const unheard = await startUnheard({
      intercept: {
        source: (account) => {
          const listing = listingInPages(account, 20, ({ number, xml }) => {
            if (phase === 'comparing' && number === 1) lose();
            return xml;
          });
          return (request, response) => {
            // Looks at keys come when all is compared.
            if (phase === 'deleting' && request.method === 'HEAD') lose();
            if (state !== 'lost') return listing(request, response);
            response.writeHead(403, { 'x-ms-error-code': 'AuthorizationFailure' }).end();
            return true;
          };
        },
      },
    });
    await unheard.startWorker();
    for (const name of ['photos', 'tables']) await writeBlobs(unheard.source, name, 100);
    const first = await unheard.reconcile({});
    expect(first.status).toBe(0);
    for (const name of ['photos', 'tables']) await deleteBlobs(unheard.source, name, 10);

    state = 'to be lost';
    const { run, status } = await unheard.reconcile({});
    expect(status).toBe(4);
    const lost = run.alerts.map(({ code }) => code).toSorted();
    expect(lost.filter((code) => code === 'shard-failed')).toHaveLength(2);
    expect(lost.includes('source-listing-failed')).toBe(phase === 'comparing');
    for (const name of ['photos', 'tables']) expect(await blobsOf(unheard.backup, name)).toHaveLength(100);

    state = 'sound';
    expect((await unheard.reconcile({})).status).toBe(0);
    expect(await compareListings(unheard)).toEqual([]);
  },
);
