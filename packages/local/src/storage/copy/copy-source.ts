import type { Readable } from 'node:stream';
import type {
  Accounts,
  AzuriteError,
  BlobTags,
  ContentHeaders,
  Context,
  Extent,
  Metadata,
} from '../../azurite/azurite-model.ts';
import type { BlobAddress, ExtentStore, MetadataStore } from '../../azurite/azurite-stores.ts';
import { isAzuriteError, storageError } from '../../azurite/azurite.ts';
import { unsupported } from '../../requests/unsupported-requests.ts';
import type { StoredBlob } from '../../store/blob.ts';
import { type Stage, blobAt } from '../operations/find.ts';

/** One version of a blob, authorised and with its conditions checked, ready to be read. */
export interface CopySource {
  /** Bytes that `open` yields: the whole blob, or the requested range. */
  readonly length: number;
  readonly headers: ContentHeaders;
  readonly metadata: Metadata | undefined;
  tags(): Promise<BlobTags | undefined>;
  open(): Promise<Readable>;
  /** Set when the whole content is in one extent of this store, which a copy may then share. */
  readonly extent?: Extent;
  /** Releases a source that is not read. */
  discard?(): void;
}

/** The parts of the receiving server that reading a copy source needs. */
export interface CopySourceReader extends Stage {
  readonly accounts: Accounts;
  readonly metadataStore: MetadataStore;
  readonly extentStore: ExtentStore;
  /** `host:port` of this server. */
  isOwnHost(host: string): boolean;
}

const readers = new WeakMap<MetadataStore, CopySourceReader>();

/** Azurite makes the handlers; only their metadata store identifies their server. */
export function registerCopySourceReader(reader: CopySourceReader): void {
  readers.set(reader.metadataStore, reader);
}

export function copySourceReader(store: MetadataStore): CopySourceReader {
  const reader = readers.get(store);
  if (!reader) throw new Error('The metadata store belongs to no running server');
  return reader;
}

/**
 * Azure's answer to a copy whose source read fails with this error. An unmet condition is 304 or 412 for a
 * read, always 412 for a copy; every other refusal is `CannotVerifyCopySource` with the status of the read.
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

/** Azure's answer to a source above the limit of an operation: only its message names the size. */
export function copySourceTooLarge(context: Context, limitMiB: number): AzuriteError {
  return storageError(
    context,
    409,
    'CannotVerifyCopySource',
    `The source of the copy is too large: the limit of this operation is ${limitMiB} MiB.`,
  );
}

/** Which snapshot or version a source's URL names. */
export function toSourceState(url: URL): Pick<BlobAddress, 'snapshot' | 'version'> {
  return {
    snapshot: url.searchParams.get('snapshot') ?? '',
    version: url.searchParams.get('versionid') ?? undefined,
  };
}

/** @throws AzuriteError 400 for a version in a hierarchical account */
export function refuseVersions({ history }: CopySourceReader, url: URL, context: Context): void {
  if (!history.isFlat && url.searchParams.has('versionid'))
    throw unsupported(context, 'header', 'x-ms-copy-source', 'the version of a blob');
}

/** A blob, snapshot or version of this server with its blocks and pages: one version, whatever is written later. */
export function findSourceBlob(reader: CopySourceReader, address: BlobAddress): StoredBlob | undefined {
  const blob = blobAt(reader, address);
  return blob && reader.store.parts.load(blob);
}
