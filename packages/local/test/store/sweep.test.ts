import { expect, it, vi } from 'vitest';
import { Contents } from '../../src/store/contents.ts';
import { Database } from '../../src/store/database.ts';
import { MemoryContents } from '../../src/store/memory-contents.ts';
import { Sweep } from '../../src/store/sweep.ts';
import { Requests } from './support.ts';

it('what cannot be freed is tried again after a write that succeeds, and not before', async () => {
  const database = new Database(undefined);
  const large = new MemoryContents();
  const contents = new Contents(database, large, () => {});
  database
    .prepare(`CREATE TRIGGER refuse BEFORE DELETE ON contents BEGIN SELECT raise(ABORT, 'no'); END`)
    .run();
  const failed = vi.fn<(error: unknown) => void>();
  const sweep = new Sweep(database, large, new Requests(), failed);
  const count = database.prepare('SELECT count(*) FROM contents');
  database.write(() => contents.share(Buffer.from('nobody refers to it')));
  await vi.waitFor(() => expect(failed).toHaveBeenCalled());
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  expect(failed).toHaveBeenCalledTimes(1);
  expect(count.get()).toEqual([1]);

  database.write(() => database.prepare('DROP TRIGGER refuse').run());
  await vi.waitFor(() => expect(count.get()).toEqual([0]));
  await sweep.stop();
  database.close();
});
