import { Readable } from 'node:stream';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Contents, SMALL_BYTES } from '../../src/store/contents.ts';
import { Database } from '../../src/store/database.ts';
import { MemoryContents } from '../../src/store/memory-contents.ts';
import { Sweep } from '../../src/store/sweep.ts';
import { Requests } from './support.ts';
import { waitFor } from '../support/wait-for.ts';

function makeSweep({ graceMs = 600_000 } = {}) {
  const database = new Database(undefined);
  const large = new MemoryContents();
  const contents = new Contents(database, large, () => {});
  const requests = new Requests();
  const failed = vi.fn<(error: unknown) => void>();
  const sweep = new Sweep(database, large, contents, requests, failed, graceMs);
  onTestFinished(async () => {
    await sweep.stop();
    database.close();
  });
  const rows = database.prepare('SELECT count(*) FROM contents');
  return { database, large, contents, requests, failed, count: () => rows.get()?.[0] };
}

const largeBody = () => Readable.from([Buffer.alloc(2 * SMALL_BYTES, 1)]);

it('what cannot be freed is tried again after a write that succeeds, and not before', async () => {
  const { database, contents, failed, count } = makeSweep();
  database
    .prepare(`CREATE TRIGGER refuse BEFORE DELETE ON contents BEGIN SELECT raise(ABORT, 'no'); END`)
    .run();
  database.write(() => contents.share(Buffer.from('nobody refers to it')));
  await waitFor(() => expect(failed).toHaveBeenCalled());
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  expect(failed).toHaveBeenCalledTimes(1);
  expect(count()).toBe(1);

  database.write(() => database.prepare('DROP TRIGGER refuse').run());
  await waitFor(() => expect(count()).toBe(0));
});

it('a request that goes on and on holds back what it reads, and nothing else', async () => {
  const { database, large, contents, requests, count } = makeSweep({ graceMs: 1 });
  requests.start();
  const read = await contents.receive(largeBody());
  const stored = database.write(() => contents.share(read));
  const stream = contents.read([stored], 0, stored.count);
  await waitFor(() => expect(count()).toBe(1));
  for (let other = 0; other < 3; other++) database.write(() => contents.share(Buffer.from('overwritten')));
  await contents.receive(largeBody());
  await waitFor(() => expect([count(), large.bytesHeld]).toEqual([1, 2 * SMALL_BYTES]));
  expect(Buffer.concat(await stream.toArray())).toHaveLength(2 * SMALL_BYTES);
  await waitFor(() => expect([count(), large.bytesHeld]).toEqual([0, 0]));
});

it('a stream that is broken off holds nothing back', async () => {
  const { database, contents, requests, count } = makeSweep({ graceMs: 1 });
  requests.start();
  const received = await contents.receive(largeBody());
  const stored = database.write(() => contents.share(received));
  const stream = contents.read([stored], 0, stored.count);
  stream.destroy();
  await waitFor(() => expect(count()).toBe(0));
});
