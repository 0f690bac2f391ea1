/**
 * The shapes of Azurite's objects that this room uses. Written by hand from its code, as Azurite ships no
 * types. Types only; azurite.ts loads the modules.
 */
import type { Blob } from '../store/blob.ts';

export type { BlobProperties, BlobTags, ContentHeaders, Extent, Metadata, PageRange } from '../store/blob.ts';
export type BlobDocument = Blob;

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
  context: {
    account: string;
    container: string;
    blob: string;
    /** The account has version-level WORM. Unset where a request is not served as a whole: in a part of a batch. */
    isImmutable?: boolean;
  };
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
  sealBlob?: boolean;
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
