import { createHash } from 'node:crypto';
import { keyText } from '../../model/key.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';

/** A part of a blob on its way: bytes `offset` to `offset + count` of one version of the source. */
export interface PlannedBlock {
  /** Base64, as long as every other one of the same blob: the service asks for that. */
  readonly id: string;
  readonly offset: number;
  readonly count: number;
}

/** learn.microsoft.com/rest/api/storageservices/put-block-list */
const MOST_BLOCKS = 50_000;
const MIB = 1024 * 1024;

/** The length of an id in bytes, where nobody else has set another. */
export const ID_BYTES = 24;
/** Below this an id would hold too little of the version's hash to tell versions apart for sure. */
export const FEWEST_ID_BYTES = 12;
const INDEX_BYTES = 3;

/** The preferred size, or whole MiB more where a blob would have more blocks than the service takes. */
export function toBlockSize(size: number, preferred: number): number {
  if (size <= preferred * MOST_BLOCKS) return preferred;
  return Math.ceil(size / MOST_BLOCKS / MIB) * MIB;
}

/**
 * All blocks of a blob, in order. An id is made from the source's version, the block size and the offset, so that the
 * blocks which lie uncommitted on the backup tell any worker what is done, and no list can ever mix two versions.
 */
export function planBlocks(
  account: string,
  { key, from = key, source }: CopyRequest,
  blockSize: number,
  idBytes: number,
): PlannedBlock[] {
  const version = createHash('shake256', { outputLength: idBytes - INDEX_BYTES })
    .update(JSON.stringify([account, keyText(from), source.etag, source.size, blockSize]))
    .digest();
  return Array.from({ length: Math.ceil(source.size / blockSize) }, (_, index) => {
    const id = Buffer.concat([version, Buffer.alloc(INDEX_BYTES)]);
    id.writeUIntBE(index, version.length, INDEX_BYTES);
    const offset = index * blockSize;
    return { id: id.toString('base64'), offset, count: Math.min(blockSize, source.size - offset) };
  });
}
