import type { Readable } from 'node:stream';

import type {
  Accounts,
  BlobTags,
  ContentHeaders,
  Extent,
  ExtentStore,
  Metadata,
  MetadataStore,
} from './azurite-model.ts';

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
