import { isDeepStrictEqual } from 'node:util';
import { isReserved } from '../../../src/model/scope.ts';
import { forEach } from './for-each.ts';
import type { Lakes } from './lakes.ts';
import { listTree, readTree, type Tree } from './read-tree.ts';
import { waitUntil } from './wait-until.ts';

export interface Equality {
  /** Undefined: all. */
  readonly containers?: readonly string[];
  /**
   * `listings` reads neither content nor access control lists: enough if only names changed since everything
   * was read.
   */
  readonly reading?: 'all' | 'listings';
}

const CONCURRENCY = 8;

/**
 * Waits until both accounts hold the same tree: files with content, headers, metadata and access, each with a
 * stamp of its ETag at the source; directories with metadata and access; and nothing else on the backup
 * except below `.blobmirror`, which is the mirror's own. The root of a container and empty containers raise
 * no event and are not compared. Returns the number of paths.
 */
export async function expectEqualLakes(
  lakes: Lakes,
  { containers, reading = 'all' }: Equality = {},
): Promise<number> {
  let differences: string[] = [];
  let paths = 0;
  await waitUntil(
    'both accounts hold the same tree',
    async () => {
      differences = [];
      paths = 0;
      await forEach(containers ?? (await listContainers(lakes)), CONCURRENCY, async (container) => {
        const compared = await compareContainer(lakes, container, reading);
        differences.push(...compared.differences);
        paths += compared.paths;
      });
      return differences.length === 0;
    },
    { every: 100, saw: () => describe(differences) },
  );
  return paths;
}

/**
 * Waits until the mirror's own directory holds at most the empty trash: a tree is equal as soon as what was deleted has
 * moved there.
 */
export async function expectEmptyTrash({ backup }: Lakes, container: string): Promise<void> {
  const rooms = ['.blobmirror', '.blobmirror/trash', '.blobmirror/staging'];
  let own: readonly string[] = [];
  await waitUntil(
    'the trash is empty',
    async () => {
      const all = await Array.fromAsync(backup.getFileSystemClient(container).listPaths({ recursive: true }));
      own = all.map(({ name = '' }) => name).filter((name) => isReserved(name) && !rooms.includes(name));
      return own.length === 0;
    },
    { every: 100, saw: () => own.join(', ') },
  );
}

async function compareContainer(
  { source, backup, blobs }: Lakes,
  container: string,
  reading: Equality['reading'],
): Promise<{ readonly paths: number; readonly differences: readonly string[] }> {
  const onSource = await listTree('source', source, blobs.source, container);
  const all = await listTree('backup', backup, blobs.backup, container);
  const onBackup = new Map([...all].filter(([name]) => !isReserved(name)));
  const listed = compareTrees(container, onSource, onBackup);
  if (listed.length > 0 || reading === 'listings') return { paths: onSource.size, differences: listed };
  try {
    const [one, other] = await Promise.all([
      readTree(source, container, onSource),
      readTree(backup, container, onBackup),
    ]);
    return { paths: onSource.size, differences: compareTrees(container, one, other) };
  } catch (error) {
    return { paths: onSource.size, differences: [`moving: ${container} (${String(error)})`] };
  }
}

function compareTrees(container: string, source: Tree, backup: Tree): string[] {
  const differences: string[] = [];
  for (const [name, path] of source) {
    const copy = backup.get(name);
    if (copy === undefined) {
      differences.push(`missing: ${container}/${name}`);
      continue;
    }
    for (const field of new Set([...Object.keys(path), ...Object.keys(copy)])) {
      const [one, other] = [path[field], copy[field]];
      if (!isDeepStrictEqual(one, other))
        differences.push(`${field}: ${container}/${name} ${JSON.stringify(one)} -> ${JSON.stringify(other)}`);
    }
  }
  for (const name of backup.keys()) if (!source.has(name)) differences.push(`extra: ${container}/${name}`);
  return differences;
}

async function listContainers({ blobs }: Lakes): Promise<Set<string>> {
  const names = new Set<string>();
  for (const account of [blobs.source, blobs.backup])
    for await (const { name } of account.listContainers()) names.add(name);
  // The mirror's own.
  names.delete('blobmirror-state');
  return names;
}

function describe(differences: readonly string[]): string {
  return `${differences.length} differ, such as ${differences.slice(0, 8).join('; ')}`;
}
