import { randomUUID } from 'node:crypto';
import type { BlockBlobClient } from '@azure/storage-blob';
import type { LineWriter } from '../ports/document-store.ts';

/** A blob takes 50,000 blocks: learn.microsoft.com/rest/api/storageservices/put-block. */
const BLOCK_BYTES = 1024 * 1024;

export interface LineRequests {
  /** Sends a request, and translates what it fails with. */
  readonly request: (send: () => Promise<void>) => Promise<void>;
  /** Takes away what was under the name. */
  readonly discard: () => Promise<void>;
}

/**
 * Stages lines as blocks and commits them at the end; a list that fits one block is one request. A writer that is never
 * closed leaves blocks that nobody sees and that the service drops after a week.
 */
export function createLineWriter(
  blob: BlockBlobClient,
  { request, discard }: LineRequests,
  blockBytes = BLOCK_BYTES,
): LineWriter {
  // Blocks of another writer under the same name must not be taken for ours.
  const writer = randomUUID();
  const blocks: string[] = [];
  let lines: string[] = [];
  let bytes = 0;

  const take = (): Buffer => {
    const content = Buffer.from(lines.join(''));
    lines = [];
    bytes = 0;
    return content;
  };

  return {
    write: async (line) => {
      lines.push(`${line}\n`);
      bytes += Buffer.byteLength(line) + 1;
      if (bytes < blockBytes) return;
      // Named before anything is awaited: others may write meanwhile, and theirs come after.
      const block = toBlockId(writer, blocks.length);
      blocks.push(block);
      const content = take();
      await request(async () => {
        await blob.stageBlock(block, content, content.length);
      });
    },

    close: async () => {
      const rest = take();
      if (blocks.length === 0 && rest.length === 0) return await discard();
      if (blocks.length === 0) {
        return await request(async () => {
          await blob.upload(rest, rest.length, { blobHTTPHeaders: HEADERS });
        });
      }
      if (rest.length > 0) {
        const block = toBlockId(writer, blocks.length);
        blocks.push(block);
        await request(async () => {
          await blob.stageBlock(block, rest, rest.length);
        });
      }
      await request(async () => {
        await blob.commitBlockList(blocks, { blobHTTPHeaders: HEADERS });
      });
    },
  };
}

const HEADERS = { blobContentType: 'application/x-ndjson' } as const;

/** All ids of a blob have one length, and are base64. */
function toBlockId(writer: string, index: number): string {
  return Buffer.from(`${writer}.${String(index).padStart(5, '0')}`).toString('base64');
}
