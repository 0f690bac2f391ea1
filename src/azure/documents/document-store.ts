import { randomUUID } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import type { BlockBlobClient } from '@azure/storage-blob';
import type { Account } from '../account/connect-account.ts';
import { md5Of, sendCreatingContainer } from '../blob/blob-client.ts';
import { isAbsent, toMeanings, toStorageError } from '../errors/storage-error.ts';
import { listPages, listingCode } from '../listing/list-pages.ts';
import { parseDocumentText } from '../../documents/document-kind.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { parseContainerName } from '../../model/key.ts';
import type {
  DocumentCondition,
  DocumentStore,
  LineWriter,
  StoredDocument,
} from '../../ports/document-store.ts';

/** Far beyond the largest document of ours, a run of many thousand containers. */
const MOST_BYTES = 32 * 1024 * 1024;

/** The app's state as block blobs in a container of an account, which is made when it is first written to. */
export function createAzureDocumentStore(account: Account, containerName: string): DocumentStore {
  const container = account.client.getContainerClient(containerName);
  const blob = (name: string): BlockBlobClient => container.getBlockBlobClient(name);
  const toError = (error: unknown, operation: 'read' | 'write') =>
    toStorageError(error, operation, account.name);

  const damaged = (name: string): BlobmirrorError =>
    new BlobmirrorError('content-damaged', `${name} was damaged on the way from ${account.name}`, {
      context: { account: account.name, operation: 'read' },
    });

  async function read(name: string): Promise<StoredDocument | undefined> {
    try {
      const found = await blob(name).download();
      const { etag: version = '', lastModified: writtenAt, contentMD5, readableStreamBody: body } = found;
      const bytes = await readUpTo(MOST_BYTES, body);
      if (bytes === undefined) return { value: undefined, version, writtenAt };
      // The service computed it from what was written.
      if (contentMD5 !== undefined && !Buffer.from(contentMD5).equals(md5Of(bytes))) throw damaged(name);
      return { value: parseDocumentText(bytes), version, writtenAt };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw toError(error, 'read');
    }
  }

  async function write(
    name: string,
    value: unknown,
    condition: DocumentCondition,
  ): Promise<'written' | 'precondition-failed'> {
    const text = JSON.stringify(value);
    const conditions = 'version' in condition ? { ifMatch: condition.version } : { ifNoneMatch: '*' };
    try {
      await sendCreatingContainer(container, async () => {
        await blob(name).upload(text, Buffer.byteLength(text), {
          conditions,
          blobHTTPHeaders: { blobContentType: 'application/json' },
        });
      });
      return 'written';
    } catch (error) {
      if (toMeanings(error)?.write === 'backup-precondition-failed') return 'precondition-failed';
      throw toError(error, 'write');
    }
  }

  async function* list(prefix: string): AsyncIterable<readonly string[]> {
    try {
      for await (const { entries } of listPages(account, parseContainerName(containerName), { prefix })) {
        // A hierarchical account makes directories on the way to a name.
        yield entries.filter(({ isDirectory }) => !isDirectory).map(({ name }) => name);
      }
    } catch (error) {
      if (listingCode(error) === 'ContainerNotFound') return;
      throw toError(error, 'read');
    }
  }

  async function remove(name: string): Promise<void> {
    try {
      await blob(name).delete();
    } catch (error) {
      if (!isAbsent(error)) throw toError(error, 'write');
    }
  }

  async function* readLines(name: string): AsyncIterable<string> {
    try {
      yield* splitLines(readPieces(blob(name)));
    } catch (error) {
      if (isAbsent(error)) return;
      throw toError(error, 'read');
    }
  }

  return {
    read,
    write,
    list,
    remove,
    readLines,
    openLines: (name) =>
      createLineWriter(blob(name), {
        request: async (send) => {
          try {
            await sendCreatingContainer(container, send);
          } catch (error) {
            throw toError(error, 'write');
          }
        },
        discard: async () => await remove(name),
      }),
  };
}

/** Undefined where there is more; the rest is not read, and the connection that it comes on ends. */
async function readUpTo(most: number, body: NodeJS.ReadableStream | undefined): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body ?? []) {
    pieces.push(Buffer.from(piece));
    bytes += piece.length;
    if (bytes > most) return undefined;
  }
  return Buffer.concat(pieces);
}

/** A blob takes 50,000 blocks: learn.microsoft.com/rest/api/storageservices/put-block. */
const BLOCK_BYTES = 1024 * 1024;

interface LineRequests {
  /** Sends a request, and translates what it fails with. */
  readonly request: (send: () => Promise<void>) => Promise<void>;
  /** Takes away what was under the name. */
  readonly discard: () => Promise<void>;
}

/**
 * Stages lines as blocks and commits them at the end; a list that fits one block is one request. A writer that is never
 * closed leaves blocks that nobody sees and that the service drops after a week.
 */
function createLineWriter(
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
async function* readPieces(
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
async function* splitLines(body: AsyncIterable<Buffer>): AsyncGenerator<string, void, void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of body) {
    const lines = (rest + decoder.write(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
