import { randomUUID } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import type { BlockBlobClient } from '@azure/storage-blob';
import type { Account } from '../account/connect-account.ts';
import { md5Of, sendCreatingContainer } from '../blob/blob-client.ts';
import { isAbsent, toMeanings, toStorageError } from '../errors/storage-error.ts';
import { listPages, listingCode } from '../listing/list-pages.ts';
import { parseDocumentText } from '../../documents/change-document.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { parseContainerName } from '../../model/key.ts';
import type {
  DocumentCondition,
  DocumentStore,
  LineWriter,
  StoredDocument,
} from '../../ports/document-store.ts';

/** Far larger than our largest document, a run of many thousand containers. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The app's state as block blobs in a container of an account, which is created on the first write. */
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
      const bytes = await readUpTo(MAX_BYTES, body);
      if (bytes === undefined) return { value: undefined, version, writtenAt };
      // The service computed it from the bytes that it wrote.
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
        // A hierarchical account makes directories for the parts of a name.
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

/** Undefined where there is more; the rest is not read, and its connection is closed. */
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
  /** Sends a request, and translates its errors. */
  readonly request: (send: () => Promise<void>) => Promise<void>;
  /** Deletes the blob of that name. */
  readonly discard: () => Promise<void>;
}

/**
 * Stages lines as blocks and commits them at the end; a list that fits one block is one request. A writer
 * that is never closed leaves uncommitted blocks, which are invisible and which the service drops after a
 * week.
 */
function createLineWriter(
  blob: BlockBlobClient,
  { request, discard }: LineRequests,
  blockBytes = BLOCK_BYTES,
): LineWriter {
  // Blocks of another writer under the same name must not be mistaken for ours.
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
      // The block gets its name before anything is awaited: other writes may come meanwhile, and their blocks
      // follow this one.
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
 * The bytes of a blob, a piece at a time, each with its own request: the reader may be busy for minutes in
 * between, and no connection would stay open for that long. All pieces are of the version of the first one.
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

/**
 * The lines of a body, each without its end. Only a line feed ends a line: names may hold other line
 * separators.
 */
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
