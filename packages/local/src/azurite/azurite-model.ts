/**
 * The shapes of Azurite's objects that this room uses. Written by hand from its code, as Azurite ships no
 * types. Types only; azurite.ts loads the modules.
 */
import type { Readable } from 'node:stream';

/**
 * A range of bytes in an extent. A blob refers to its content by these; several blobs may share one extent.
 */
export interface Extent {
  readonly id: string;
  readonly offset: number;
  readonly count: number;
}

interface Block {
  readonly name: string;
  readonly size: number;
  readonly persistency: Extent;
}

export interface PageRange {
  readonly start: number;
  readonly end: number;
  readonly persistency: Extent;
}

export interface BlobTags {
  readonly blobTagSet: readonly { readonly key: string; readonly value: string }[];
}

export interface ContentHeaders {
  contentType?: string | undefined;
  contentEncoding?: string | undefined;
  contentLanguage?: string | undefined;
  contentDisposition?: string | undefined;
  cacheControl?: string | undefined;
}

export interface BlobProperties extends ContentHeaders {
  creationTime?: Date;
  lastModified: Date;
  /** With its quotes. */
  etag: string;
  contentLength?: number;
  contentMD5?: Uint8Array | undefined;
  blobType?: string;
  accessTier?: string | undefined;
  accessTierInferred?: boolean;
  accessTierChangeTime?: Date | undefined;
  leaseStatus?: string;
  leaseState?: string;
  serverEncrypted?: boolean;
  /** Listings of hierarchical accounts only; likewise the members below. */
  resourceType?: 'file' | 'directory';
  owner?: string;
  group?: string;
  permissions?: string;
  acl?: string;
}

export type Metadata = Record<string, string>;

/** A stored blob or snapshot. The store changes documents in place. */
export interface BlobDocument {
  accountName: string;
  containerName: string;
  name: string;
  /** Empty for the blob itself. */
  snapshot: string;
  deleted?: boolean;
  isCommitted: boolean;
  properties: BlobProperties;
  metadata?: Metadata | undefined;
  blobTags?: BlobTags | undefined;
  persistency?: Extent | undefined;
  committedBlocksInOrder?: Block[] | undefined;
  pageRangesInOrder?: PageRange[] | undefined;
  $loki?: number;
}

/** A stored container. */
export interface ContainerDocument {
  readonly accountName: string;
  readonly name: string;
  readonly properties: object;
}

/** A staged, uncommitted block. */
export interface BlockDocument extends Block {
  readonly accountName: string;
  readonly containerName: string;
  blobName: string;
  readonly isCommitted: boolean;
  readonly $loki?: number;
}

export interface Collection<T> {
  readonly data: readonly T[];
  insert(documents: T | T[]): void;
  /** Marks a document as changed in place. */
  update(document: T): void;
  findOne(query: object): T | null;
  find(query: object): T[];
  count(query?: object): number;
  findAndRemove(query: object): void;
  remove(documents: T | T[]): void;
  chain(): { find(query: object, firstOnly?: boolean): { data(): T[] } };
  on(event: 'insert' | 'update' | 'delete', listener: (document: T | T[]) => void): void;
}

export interface Database {
  getCollection(name: '$BLOBS_COLLECTION$'): Collection<BlobDocument>;
  getCollection(name: '$BLOCKS_COLLECTION$'): Collection<BlockDocument>;
  getCollection(name: '$CONTAINERS_COLLECTION$'): Collection<ContainerDocument>;
  saveDatabase(done: (error?: Error | null) => void): void;
  autosaveDirty(): boolean;
  autosaveDisable(): void;
}

export interface LocalRequest {
  getMethod(): string;
  getUrl(): string;
  getEndpoint(): string;
  getPath(): string;
  getHeader(name: string): string | undefined;
  getHeaders(): Record<string, string | string[] | undefined>;
  getRawHeaders(): string[];
  getQuery(name: string): string | undefined;
  getProtocol(): string;
}

/** Azurite's context of a request, or of one part of a batch. */
export interface Context {
  /** The request id. */
  contextId: string;
  startTime: Date;
  operation: number;
  request: LocalRequest;
  /** Absent on Azurite's own calls. */
  response?: { setHeader(name: string, value: string): unknown };
  context: { account: string; container: string; blob: string };
}

export interface Conditions {
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
  ifModifiedSince?: Date | undefined;
  ifUnmodifiedSince?: Date | undefined;
  ifTags?: string | undefined;
}

export interface SourceConditions {
  sourceIfMatch?: string;
  sourceIfNoneMatch?: string;
  sourceIfModifiedSince?: Date;
  sourceIfUnmodifiedSince?: Date;
  sourceIfTags?: string;
}

/** The optional headers of a write request, as Azurite deserializes them. */
export interface WriteOptions {
  requestId?: string;
  tier?: string;
  blobTagsString?: string;
  copySourceTags?: string;
  copySourceBlobProperties?: boolean;
  copySourceAuthorization?: string;
  sourceContentMD5?: Uint8Array | string;
  sourceRange?: string;
  snapshot?: string;
  deleteSnapshots?: string;
  blobHTTPHeaders?: {
    blobContentType?: string;
    blobContentEncoding?: string;
    blobContentLanguage?: string;
    blobContentDisposition?: string;
    blobCacheControl?: string;
    blobContentMD5?: Uint8Array;
  };
  leaseAccessConditions?: object;
  modifiedAccessConditions?: Conditions;
  sourceModifiedAccessConditions?: SourceConditions;
}

interface BlobAddress {
  readonly account: string;
  readonly container: string;
  readonly blob: string;
  readonly snapshot?: string;
}

type CopyMethod = (
  context: Context,
  source: BlobAddress,
  destination: BlobAddress,
  copySource: string,
  metadata: Metadata | undefined,
  tier: string | undefined,
  options?: WriteOptions,
) => Promise<BlobProperties>;

export interface MetadataStore {
  readonly db: Database;
  init(): Promise<void>;
  close(): Promise<void>;
  createBlob(context: Context, blob: BlobDocument, lease?: object, conditions?: Conditions): Promise<unknown>;
  commitBlockList(
    context: Context,
    blob: BlobDocument,
    blocks: readonly unknown[],
    lease?: object,
    conditions?: Conditions,
  ): Promise<unknown>;
  stageBlock(context: Context, block: Block, lease?: object): Promise<unknown>;
  copyFromURL: CopyMethod;
  startCopyFromURL: CopyMethod;
  deleteBlob(
    context: Context,
    account: string,
    container: string,
    blob: string,
    options: WriteOptions,
  ): Promise<unknown>;
  setTier(
    context: Context,
    account: string,
    container: string,
    blob: string,
    tier: string,
    lease?: object,
  ): Promise<unknown>;
  setBlobTag(
    context: Context,
    account: string,
    container: string,
    blob: string,
    snapshot: string | undefined,
    lease: object | undefined,
    tags: BlobTags,
    conditions?: Conditions,
  ): Promise<unknown>;
  downloadBlob(context: Context, ...more: readonly unknown[]): Promise<BlobDocument>;
  checkContainerExist(context: Context, account: string, container: string): Promise<void>;
  listBlobs(
    context: Context,
    account: string,
    container: string,
    delimiter: string | undefined,
    blob: string | undefined,
    prefix?: string,
    maxResults?: number,
    marker?: string,
    includeSnapshots?: boolean,
    includeUncommitted?: boolean,
    startFrom?: string,
  ): Promise<
    [blobs: readonly BlobDocument[], prefixes: readonly { readonly name: string }[], marker: string]
  >;
  getBlobProperties(
    context: Context,
    account: string,
    container: string,
    blob: string,
    ...more: readonly unknown[]
  ): Promise<unknown>;
  setBlobMetadata(
    context: Context,
    account: string,
    container: string,
    blob: string,
    lease: object | undefined,
    metadata: Metadata | undefined,
    conditions?: Conditions,
  ): Promise<unknown>;
  setBlobHTTPHeaders(context: Context, ...more: readonly unknown[]): Promise<unknown>;
  createSnapshot(context: Context, ...more: readonly unknown[]): Promise<unknown>;
  getBlockList(
    context: Context,
    account: string,
    container: string,
    blob: string,
    ...more: readonly unknown[]
  ): Promise<{ properties: BlobProperties; uncommittedBlocks: unknown[]; committedBlocks: unknown[] }>;
  getBlobTag(context: Context, ...more: readonly unknown[]): Promise<unknown>;
  filterBlobs(context: Context, ...more: readonly unknown[]): Promise<unknown>;
  parseTier(tier: string): string | undefined;
  restoreUint8Array(value: unknown): Uint8Array | undefined;
}

export interface ExtentStore {
  init(): Promise<void>;
  close(): Promise<void>;
  appendExtent(data: Readable | Buffer, contextId?: string): Promise<Extent>;
  readExtent(extent: Extent | undefined, contextId?: string): Promise<Readable>;
  readExtents(extents: Extent[], offset: number, count: number, contextId?: string): Promise<Readable>;
  /** Resolves to the number removed. An extent that is still being appended to is kept. */
  deleteExtents(ids: Iterable<string>): Promise<number>;
  /** On disk only: the extents being appended to, each with its open file. */
  readonly activeWriteExtents?: readonly {
    readonly id: string;
    fd?: number | undefined;
    appendStatus: number;
  }[];
}

export interface ChunkStore {
  get(category: string, id: string): { readonly chunks: readonly Buffer[] } | undefined;
  /** Bytes. */
  totalSize(): number;
}

export interface Handler {
  readonly metadataStore: MetadataStore;
  readonly extentStore: ExtentStore;
}

/** How a handler's method is called: its own parameters, the optional headers, the context. */
export type HandlerParameters<Own extends readonly unknown[]> = [
  ...own: Own,
  options: WriteOptions,
  context: Context,
];

export interface AzuriteResponse {
  statusCode: number;
  [field: string]: unknown;
}

export interface Accounts {
  getAccount(name: string): { name: string; key1: Buffer } | undefined;
}

export interface Authenticator {
  /**
   * True: authorised. Anything else: this kind of authorisation does not apply. Throws when it applies and
   * fails.
   */
  validate(request: LocalRequest, context: Context): Promise<boolean | undefined>;
}

/** Azurite's own error; sent to the client unchanged. */
export interface AzuriteError extends Error {
  readonly statusCode: number;
  readonly storageErrorCode: string;
  readonly storageErrorMessage: string;
}
