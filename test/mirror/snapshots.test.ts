import { expect, it } from 'vitest';
import { KEY } from '../support/keys.js';
import { createMemoryPair } from '../support/memory-pair.js';

it('a backup blob whose source was deleted stays while a user has snapshots of it, and goes once they are gone', async () => {
  const { source, backup, converge } = createMemoryPair();
  source.put(KEY, { content: 'x' });
  await converge();
  backup.snapshot(KEY);
  source.remove(KEY);
  expect(await converge()).toEqual({ verdict: 'skipped', reason: 'backup-has-snapshots' });
  expect(backup.peek(KEY)).toMatchObject({ content: 'x', snapshots: 1 });
  backup.removeSnapshots(KEY);
  expect(await converge()).toEqual({ verdict: 'deleted' });
});

it('snapshots of a backup blob stay when it is overwritten, and keep nothing from it', async () => {
  const { source, backup, converge } = createMemoryPair();
  source.put(KEY, { content: 'one' });
  await converge();
  backup.snapshot(KEY);
  source.put(KEY, { content: 'two' });
  expect(await converge()).toMatchObject({ verdict: 'copied' });
  expect(backup.peek(KEY)).toMatchObject({ content: 'two', snapshots: 1 });
});
