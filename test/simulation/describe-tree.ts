import type { MemoryAccount } from '../memory/memory-account.ts';
import { type MemoryEntry, isStoredDirectory } from '../memory/memory-entry.ts';
import type { ContainerName } from '../../src/model/key.ts';
import { isReserved } from '../../src/model/scope.ts';

/** The content of a container, in tree order: `a/, a/b=v1`. Without the trash. */
export function describeTree(account: MemoryAccount, container: ContainerName): string {
  const entries = [...(account.containers.get(container)?.blobs ?? [])].filter(([path]) => !isReserved(path));
  if (entries.length === 0) return 'nothing';
  return entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, entry]) => `${path}${describeEntry(entry)}`)
    .join(', ');
}

function describeEntry(entry: MemoryEntry): string {
  const version = entry.metadata?.['version'];
  const owner =
    entry.access === undefined || entry.access.owner === '$superuser' ? '' : ` of ${entry.access.owner}`;
  if (isStoredDirectory(entry)) return `/${version === undefined ? '' : `=${version}`}${owner}`;
  return `=${version ?? 'unknown'}${owner}`;
}
