import type { BlockBlobClient } from '@azure/storage-blob';
import { BlobmirrorError } from '../../model/errors.ts';
import { parseContainerName } from '../../model/key.ts';
import { parseDocumentText } from '../../documents/document-kind.ts';
import type { DocumentCondition, DocumentStore, StoredDocument } from '../../ports/document-store.ts';
import type { Account } from '../account/connect-account.ts';
import { sendCreatingContainer } from '../blob/send-creating-container.ts';
import { md5Of } from '../blob/write-options.ts';
import { createLineWriter, readPieces, splitLines } from './lines.ts';
import { listPages, listingCode } from '../listing/list-pages.ts';
import { isAbsent, toMeanings, toStorageError } from '../errors/storage-error.ts';

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
