import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { BlobDocument, BlockDocument, Database, Extent } from './azurite-model.ts';

/**
 * Makes the metadata and the extent files of a data directory agree after whatever happened: a blob or staged block
 * whose bytes are not all there is dropped (a blob that cannot be read is worse than one that is missing, because a
 * listing shows it), and a file that nothing refers to is deleted.
 */
export async function reconcileExtentFiles(directory: string, database: Database): Promise<void> {
  const sizes = new Map<string, number>();
  for (const name of await readdir(directory)) sizes.set(name, (await stat(join(directory, name))).size);

  const isThere = ({ id, offset, count }: Extent) =>
    count === 0 || id === zeroExtent || (sizes.get(id) ?? -1) >= offset + count;
  const blobs = database.getCollection('$BLOBS_COLLECTION$');
  const blocks = database.getCollection('$BLOCKS_COLLECTION$');
  const torn = blobs.data.filter((blob) => !extentsOf(blob).every(isThere));
  for (const blob of torn) blobs.remove(blob);
  const tornBlocks = blocks.data.filter((block: BlockDocument) => !isThere(block.persistency));
  for (const block of tornBlocks) blocks.remove(block);

  const used = new Set<string>();
  for (const blob of blobs.data) for (const extent of extentsOf(blob)) used.add(extent.id);
  for (const block of blocks.data) used.add(block.persistency.id);
  const unused = [...sizes.keys()].filter((name) => !used.has(name));
  for (const name of unused) await unlink(join(directory, name));
}

/** Azurite's name for pages that were never written. */
const zeroExtent = '*ZERO*';

function extentsOf(blob: BlobDocument): readonly Extent[] {
  const parts = [...(blob.committedBlocksInOrder ?? []), ...(blob.pageRangesInOrder ?? [])];
  return [...(blob.persistency ? [blob.persistency] : []), ...parts.map((part) => part.persistency)];
}
