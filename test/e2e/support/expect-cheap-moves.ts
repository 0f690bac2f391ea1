import { expect } from 'vitest';
import type { StorageRequest } from '@blobmirror/local';
import { type Equality, expectEmptyTrash, expectEqualLakes } from './expect-equal-lakes.ts';
import type { MirroredLakes } from './start-mirrored-lakes.ts';
import { waitUntil } from './wait-until.ts';
import { pathsOfTree, writeFiles } from './write-files.ts';

export interface Measured {
  readonly files: number;
  readonly writtenMs: number;
  /** From the last write to the end of a comparison of both accounts. */
  readonly equalMs: number;
  readonly renamedMs: number;
  readonly deletedMs: number;
  /** The mirror's requests for each written file. */
  readonly requestsPerFile: number;
}

/**
 * Writes a tree of files, renames its root and deletes it, each mirrored before the next. Expects that the
 * rename is mirrored by one write, the deletion by as many as a single directory takes.
 */
export async function expectCheapMoves(
  lakes: MirroredLakes,
  { count, reading = 'all' }: { readonly count: number } & Pick<Equality, 'reading'>,
): Promise<Measured> {
  const files = lakes.source.getFileSystemClient('lake');
  const backup = lakes.backup.getFileSystemClient('lake');
  await files.create();
  const isOnBackup = async (path: string) => await backup.getDirectoryClient(path).exists();

  const writing = performance.now();
  const tree = pathsOfTree('sales', count);
  await writeFiles(files, tree);
  const written = performance.now();
  await lakes.untilQuiet();
  const requestsPerFile = lakes.requests.length / count;
  const paths = await expectEqualLakes(lakes, { reading });
  expect(paths).toBe(count + Math.ceil(count / 100) + 1);
  const equal = performance.now();
  // A file that the Data Lake API created is rechecked until it was in step after two delays: only then is
  // the mirror idle.
  await waitUntil('nothing is planned', async () => (await lakes.untilQuiet()).scheduled === 0, {
    every: 500,
  });

  const etagOf = async (path: string) => (await files.getFileClient(path).getProperties()).etag;
  const [first = '', last = ''] = [tree[0], tree.at(-1)];
  const etags = [await etagOf(first), await etagOf(last)];
  const [rename, renamedMs] = await observe(lakes, async () => {
    await files.getDirectoryClient('sales').move('archive');
    return async () => (await isOnBackup('archive')) && !(await isOnBackup('sales'));
  });
  expect(rename).toEqual(['Path_Rename archive 201']);
  const renamed = (path: string): string => path.replace('sales', 'archive');
  expect([await etagOf(renamed(first)), await etagOf(renamed(last))]).toEqual(etags);
  // Their stamps included.
  expect(await expectEqualLakes(lakes, { reading: 'listings' })).toBe(paths);

  const [deletion, deletedMs] = await observe(lakes, async () => {
    await files.getDirectoryClient('archive').delete(true);
    return async () => !(await isOnBackup('archive'));
  });
  expect(deletion).toEqual([
    'Path_Delete archive 409',
    'Path_Rename .blobmirror/trash/… 404',
    'Path_CreateDirectory .blobmirror/trash 201',
    'Path_Rename .blobmirror/trash/… 201',
    'Path_Delete .blobmirror/trash/… 200',
  ]);
  expect(await expectEqualLakes(lakes)).toBe(0);
  await expectEmptyTrash(lakes, 'lake');

  return {
    files: count,
    writtenMs: written - writing,
    equalMs: equal - written,
    renamedMs,
    deletedMs,
    requestsPerFile,
  };
}

/**
 * The mirror's writes for a change, and the time from the answer to the change until it was on the backup.
 */
async function observe(
  lakes: MirroredLakes,
  change: () => Promise<() => Promise<boolean>>,
): Promise<[writes: string[], ms: number]> {
  const before = lakes.requests.length;
  const isMirrored = await change();
  const changed = performance.now();
  await waitUntil('the change is mirrored', isMirrored);
  const ms = performance.now() - changed;
  await lakes.untilQuiet();
  return [describeWrites(lakes.requests.slice(before)), ms];
}

/** The mirror's requests except reads, without the random parts of names. */
export function describeWrites(requests: readonly StorageRequest[]): string[] {
  return requests
    .filter(({ method }) => method !== 'GET' && method !== 'HEAD')
    .map(
      ({ operation, path = '', status }) => `${operation} ${path.replace(/(trash)\/.*/, '$1/…')} ${status}`,
    );
}
