import { type BlobPath, type ContainerName, parseBlobPath } from '../model/key.ts';
import { isReserved } from '../model/scope.ts';
import type { ListedBlob, ListRange } from '../ports/blob-reader.ts';
import { toBlobReading } from './memory-blob.ts';
import { isStoredDirectory, type MemoryEntry } from './memory-entry.ts';
import type { MemoryState } from './memory-state.ts';

/**
 * What a listing gives. A hierarchical account lists in the order of its tree, as if the slash came before all else: a
 * directory is followed by what is in it, and that by its longer-named neighbours. Trash and staging are not listed.
 */
export function listEntries(
  { kind, containers }: MemoryState,
  container: ContainerName,
  { prefix = '', from, after, snapshots = false }: ListRange = {},
): readonly ListedBlob[] {
  const isTree = kind === 'hierarchical';
  const rank = (path: string): string => (isTree ? path.replaceAll('/', '\0') : path);
  const isWithin = (path: string): boolean =>
    after === undefined ? from === undefined || rank(path) >= rank(from) : rank(path) > rank(after);
  return [...(containers.get(container)?.blobs ?? [])]
    .filter(([path]) => path.startsWith(prefix) && isWithin(path))
    .filter(([path]) => !isReserved(path))
    .toSorted(([a], [b]) => (rank(a) < rank(b) ? -1 : 1))
    .flatMap((entry) => [...(snapshots ? snapshotsOf(entry) : []), toListed(entry)]);
}

function snapshotsOf([path, entry]: [BlobPath, MemoryEntry]): readonly ListedBlob[] {
  const length = isStoredDirectory(entry) ? 0 : (entry.snapshots ?? 0);
  return Array.from({ length }, () => ({ ...toListed([path, entry]), isSnapshot: true }));
}

function toListed([path, entry]: [BlobPath, MemoryEntry]): ListedBlob {
  const { etag, metadata = {}, access } = entry;
  const listed = { path: parseBlobPath(path), etag, access };
  if (isStoredDirectory(entry)) {
    const reading = () => undefined;
    return {
      ...listed,
      isDirectory: true,
      isBlockBlob: false,
      bytes: 0,
      stamp: undefined,
      tier: undefined,
      metadata,
      reading,
    };
  }
  const reading = toBlobReading(entry);
  const { kind, tier, stamp } = reading;
  const isBlockBlob = kind === 'block';
  const tags = entry.tags ?? {};
  return {
    ...listed,
    isDirectory: false,
    isBlockBlob,
    bytes: reading.size,
    stamp,
    tier: isBlockBlob ? tier : undefined,
    tags,
    reading: () => reading,
  };
}
