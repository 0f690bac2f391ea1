import type { Readable } from 'node:stream';
import type {
  Accounts,
  AzuriteError,
  BlobDocument,
  BlobTags,
  ContentHeaders,
  Context,
  Extent,
  ExtentStore,
  Metadata,
  MetadataStore,
} from '../../azurite/azurite-model.ts';
import { isAzuriteError, storageError } from '../../azurite/azurite.ts';

/** One version of a blob, authorised and with its conditions checked, ready to be read. */
export interface CopySource {
  /** Bytes that `open` yields: the whole blob, or the range asked for. */
  readonly length: number;
  readonly headers: ContentHeaders;
  readonly metadata: Metadata | undefined;
  tags(): Promise<BlobTags | undefined>;
  open(): Promise<Readable>;
  /** Where the whole content already lies in one extent of this store, which a copy may then share. */
  readonly extent?: Extent;
  /** Gives up a source that is not read. */
  discard?(): void;
}

/** What reading a copy source needs of the server that the request came to. */
export interface CopySourceReader {
  readonly accounts: Accounts;
  readonly metadataStore: MetadataStore;
  readonly extentStore: ExtentStore;
  /** `host:port` of this server. */
  isOwnHost(host: string): boolean;
}

const readers = new WeakMap<MetadataStore, CopySourceReader>();

/** Handlers are made by Azurite and know their server only by its metadata store. */
export function registerCopySourceReader(reader: CopySourceReader): void {
  readers.set(reader.metadataStore, reader);
}

export function copySourceReader(store: MetadataStore): CopySourceReader {
  const reader = readers.get(store);
  if (!reader) throw new Error('The metadata store belongs to no running server');
  return reader;
}

/**
 * What Azure answers to a copy when reading its source would be answered with this error. A read that finds a
 * condition unmet says 304 or 412, a copy always 412; every other refusal is `CannotVerifyCopySource` with the
 * status of the read.
 */
export function toCopySourceError(error: unknown, context: Context): unknown {
  if (!isAzuriteError(error)) return error;
  return copySourceError(context, error.statusCode, error.storageErrorMessage);
}

export function copySourceError(context: Context, readStatus: number, message: string): AzuriteError {
  if (readStatus === 304 || readStatus === 412)
    return storageError(
      context,
      412,
      'SourceConditionNotMet',
      'The source condition specified using HTTP conditional header(s) is not met.',
    );
  if (readStatus === 404)
    return storageError(context, 404, 'CannotVerifyCopySource', 'The specified resource does not exist.');
  if (readStatus === 401 || readStatus === 403)
    return storageError(context, 403, 'CannotVerifyCopySource', message);
  return storageError(context, readStatus, 'CannotVerifyCopySource', message);
}

/** Azure's answer to a source above the limit of an operation: the code says nothing of size, only the message does. */
export function copySourceTooLarge(context: Context, limitMiB: number): AzuriteError {
  return storageError(
    context,
    409,
    'CannotVerifyCopySource',
    `The source of the copy is too large: the limit of this operation is ${limitMiB} MiB.`,
  );
}

/**
 * A copy of a stored blob that later writes leave alone. The store changes its documents in place (a commit of a
 * block list, a metadata change), so whoever reads on across an await needs one, or he serves the content of one
 * version under the ETag of the next.
 */
export function toBlobVersion(store: MetadataStore, blob: BlobDocument): BlobDocument {
  return {
    ...blob,
    properties: {
      ...blob.properties,
      // A database that was loaded from disk holds bytes as plain objects.
      contentMD5: store.restoreUint8Array(blob.properties.contentMD5),
    },
    metadata: blob.metadata && { ...blob.metadata },
    committedBlocksInOrder: blob.committedBlocksInOrder?.slice(),
    pageRangesInOrder: blob.pageRangesInOrder?.map((range) => ({ ...range })),
  };
}

/** Lets Get Blob answer from one version, whatever is written while it runs. */
export function readOneVersion(store: MetadataStore): void {
  const downloadBlob = store.downloadBlob.bind(store);
  store.downloadBlob = async (...request) => toBlobVersion(store, await downloadBlob(...request));
}
