import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAzureDirectoryStore } from '../../../src/azure/lake/directories.ts';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { type Key, parseKey } from '../../../src/model/key.ts';
import type { DirectoryStore } from '../../../src/ports/directory-store.ts';
import { type LakePair, startLakePair } from '../../support/lake-pair.ts';
import { startWire } from '../support/start-wire.ts';

const HOUR = 3_600_000;

describe('the trash of a real hierarchical account', () => {
  let pair: LakePair;
  let keys = 0;
  beforeAll(async () => {
    pair = await startLakePair();
    await pair.addContainer('backup', 'lake');
  });
  afterAll(async () => {
    await pair.stop();
  });

  const later = (ms: number): DirectoryStore =>
    createAzureDirectoryStore(
      connectAccount({ connectionString: pair.connectionStrings.backup }),
      () => Date.now() + ms,
    );

  async function trash(store: DirectoryStore): Promise<Key> {
    const key = parseKey('lake', `parent/old name ${++keys}`);
    await pair.put('backup', parseKey('lake', `${key.path}/f`), { content: 'x' });
    const reading = await pair.backup.read(key);
    if (!reading.present) throw new Error('it is not there');
    const outcome = await store.moveToTrash(key, reading.etag);
    if (outcome.kind !== 'trashed') throw new Error(`it is ${outcome.kind}`);
    return outcome.trashed;
  }

  it('keeps the name of each directory', async () => {
    expect((await trash(later(0))).path).toMatch(/^\.blobmirror\/trash\/old name \d+\.\d+-[0-9a-f]{16}$/);
  });

  it('is emptied of what has been there for more than an hour, by the time in the name', async () => {
    const [old, young] = [await trash(later(0)), await trash(later(2 * HOUR))];
    await later(HOUR - 60_000).emptyTrash(old.container);
    expect(await pair.isInTrash(old)).toBe(true);
    await later(HOUR + 60_000).emptyTrash(old.container);
    expect(await pair.isInTrash(old)).toBe(false);
    expect(await pair.isInTrash(young)).toBe(true);
  });

  it('is emptied together with leftovers of copies, but not of blobs from another program', async () => {
    const staged = parseKey('lake', '.blobmirror/staging/abc');
    const foreign = parseKey('lake', '.blobmirror/trash/whatever/f');
    for (const key of [staged, foreign]) await pair.put('backup', key, { content: 'x' });
    await later(HOUR - 60_000).emptyTrash(staged.container);
    expect(await pair.content('backup', staged)).toBe('x');
    await later(HOUR + 60_000).emptyTrash(staged.container);
    expect(await pair.content('backup', staged)).toBeUndefined();
    expect(await pair.content('backup', foreign)).toBe('x');
  });

  it('is deleted in as many requests as the service needs', async () => {
    const trashed = await trash(later(0));
    const port = /:(\d+)\//.exec(pair.connectionStrings.backup)?.[1] ?? '';
    const wire = await startWire(Number(port));
    wire.intercept = () =>
      wire.requests.length > 2
        ? undefined
        : { status: 200, headers: { 'x-ms-continuation': `page ${wire.requests.length}` } };
    const connectionString = pair.connectionStrings.backup.replace(`:${port}/`, `:${wire.port}/`);
    await createAzureDirectoryStore(connectAccount({ connectionString })).deleteTrashed(trashed);
    expect(
      wire.requests.map(({ url }) => new URLSearchParams(url.split('?')[1]).get('continuation')),
    ).toEqual([null, 'page 1', 'page 2']);
    expect(await pair.isInTrash(trashed)).toBe(false);
    await wire.stop();
  });
});
