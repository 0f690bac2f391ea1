import { beforeAll, expect, test, vi } from 'vitest';
import { expectEqualAccounts } from './support/expect-equal-accounts.js';
import { listingInPages } from './support/listing-in-pages.js';
import { startUnheard, type Unheard } from './support/start-unheard.js';
import { writesOnBackup } from './support/writes-on-backup.js';

// On a busy machine.
vi.setConfig({ testTimeout: 180_000 });

type Order = (one: string, other: string) => number;

let unheard: Unheard;
let order: Order | undefined;

beforeAll(async () => {
  unheard = await startUnheard({
    intercept: {
      source: (account) =>
        listingInPages(account, 5000, ({ container, xml }) =>
          container === 'photos' && order !== undefined ? inOrder(xml, order) : xml,
        ),
    },
  });
  await unheard.startWorker();
});

function inOrder(xml: string, by: Order): string {
  const entries = xml.match(/<Blob>.*?<\/Blob>/gs) ?? [];
  const [first = '', last = ''] = [entries[0], entries.at(-1)];
  const [begin, end] = [xml.indexOf(first), xml.lastIndexOf(last) + last.length];
  const name = (entry: string): string => /<Name>(.*?)<\/Name>/s.exec(entry)?.[1] ?? '';
  const sorted = entries.toSorted((one, other) => by(name(one), name(other)));
  return xml.slice(0, begin) + sorted.join('') + xml.slice(end);
}

const byBytes: Order = (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other));
const backwards: Order = (one, other) => -byBytes(one, other);

// By characters of UTF-16, as Azurite lists, the face comes first; by bytes of UTF-8 it comes last.
const names = (round: string) =>
  ['a', 'b', 'c', '\u{ff71}', '\u{1f600}', 'z'].flatMap((name) =>
    [1, 2, 3, 4].map((n) => `${name}${n} ${round}`),
  );

test.each<[string, Order]>([
  ['by bytes of UTF-8', byBytes],
  ['from its end', backwards],
])('a source that lists %s is mirrored all the same, with an alert', async (round, by) => {
  const { source, backup, reconcile, requests } = unheard;
  const [photos, mirrored] = [source, backup].map((account) => account.getContainerClient('photos'));
  const tables = source.getContainerClient('tables');
  for (const container of [photos, tables]) {
    await container?.createIfNotExists();
    for (const name of names(round))
      await container?.getBlockBlobClient(name).upload(name, Buffer.byteLength(name));
  }
  order = undefined;
  expect((await reconcile()).status).toBe(0);
  const [changed = '', deleted = '', extra = '', missing = ''] = names(round).filter((name) =>
    name.includes('1'),
  );
  await photos?.getBlockBlobClient(changed).upload('changed', 7);
  await photos?.deleteBlob(deleted);
  await mirrored?.getBlockBlobClient(`${extra} extra`).upload('extra', 5);
  await mirrored?.deleteBlob(missing);

  order = by;
  requests.length = 0;
  const { run, status } = await reconcile();
  expect([status, run.alerts.map(({ code, container }) => [code, container])]).toEqual([
    4,
    [['listing-unordered', 'photos']],
  ]);
  expect(new Set(writesOnBackup(requests))).toEqual(
    new Set([changed, deleted, `${extra} extra`, missing].map((name) => `photos/${name}`)),
  );
  await expectEqualAccounts(unheard, { within: 1000 });
});
