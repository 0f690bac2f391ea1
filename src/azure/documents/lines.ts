import { randomUUID } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import type { BlockBlobClient } from '@azure/storage-blob';
import type { LineWriter } from '../../ports/document-store.ts';

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

const PIECE_BYTES = 4 * 1024 * 1024;

/**
 * The bytes of a blob, a piece at a time, each with a request of its own: whoever reads them may be busy for minutes in
 * between, and no connection would be held open for so long. All are of the version that the first one is of.
 */
export async function* readPieces(
  blob: BlockBlobClient,
  pieceBytes = PIECE_BYTES,
): AsyncGenerator<Buffer, void, void> {
  let version: string | undefined;
  let total = 1;
  for (let offset = 0; offset < total; offset += pieceBytes) {
    const { etag, contentRange, readableStreamBody } = await blob.download(offset, pieceBytes, {
      ...(version !== undefined && { conditions: { ifMatch: version } }),
    });
    version ??= etag;
    // `bytes 0-4194303/10000000`
    total = Number(contentRange?.split('/')[1] ?? 0);
    const pieces: Buffer[] = [];
    for await (const piece of readableStreamBody ?? []) pieces.push(Buffer.from(piece));
    yield Buffer.concat(pieces);
  }
}

/** The lines of a body, each without its end. Only a line feed ends one: names may hold what else passes for a line's end. */
export async function* splitLines(body: AsyncIterable<Buffer>): AsyncGenerator<string, void, void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of body) {
    const lines = (rest + decoder.write(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
