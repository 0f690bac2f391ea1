import type { Readable } from 'node:stream';
import type {
  AzuriteResponse,
  BlobDocument,
  BlobTags,
  ContentHeaders,
  Context,
  HandlerParameters,
  WriteOptions,
} from '../../azurite/azurite-model.ts';
import type { Handler } from '../../azurite/azurite-stores.ts';
import {
  AppendBlobHandler,
  BlockBlobHandler,
  PageBlobHandler,
  newETag,
  replaceHandlerMethod,
  storageError,
  tagsOf,
} from '../../azurite/azurite.ts';
import { metadataOf } from '../../requests/metadata-names.ts';
import { type CopySource, copySourceReader, copySourceTooLarge } from './copy-source.ts';
import { blobAt } from '../operations/find.ts';
import { openCopySource } from './open-copy-source.ts';
import { storeContent, verifiedBody } from './store-content.ts';

const putBlobFromUrlLimitMiB = 5000;

/**
 * Put Blob From URL, which Azurite answers with 501.
 * As documented at learn.microsoft.com/rest/api/storageservices/put-blob-from-url: the source may be a block, append
 * or page blob of up to 5,000 MiB; the destination becomes a block blob without a block list; properties follow the
 * source unless given or switched off, metadata only when none is given, tags only when asked for; the MD5 is that of
 * the bytes that arrived. The tier does not follow the source.
 */
export function addPutBlobFromUrl(): void {
  replaceHandlerMethod(BlockBlobHandler, 'putBlobFromUrl', () => putBlobFromUrl);
}

async function putBlobFromUrl(
  this: Handler,
  ...[, copySource, options, context]: HandlerParameters<[contentLength: number, copySource: string]>
): Promise<AzuriteResponse> {
  const copyTags = options.copySourceTags === 'COPY';
  if (copyTags && options.blobTagsString !== undefined)
    throw storageError(
      context,
      409,
      'BothUserTagsAndSourceTagsCopyPresentException',
      'x-ms-tags must not be present when x-ms-copy-source-tag-option is COPY.',
    );
  const { metadataStore, extentStore } = this;
  refuseOverwriteWithoutWrite(this, context);
  const accessTier = options.tier === undefined ? undefined : metadataStore.parseTier(options.tier);
  if (options.tier !== undefined && accessTier === undefined)
    throw storageError(context, 400, 'InvalidHeaderValue', 'The access tier is not known.', {
      HeaderName: 'x-ms-access-tier',
      HeaderValue: options.tier,
    });

  const source = await openCopySource(
    copySourceReader(metadataStore),
    copySource,
    undefined,
    options,
    context,
  );
  if (source.length > putBlobFromUrlLimitMiB * 1024 * 1024) {
    source.discard?.();
    throw copySourceTooLarge(context, putBlobFromUrlLimitMiB);
  }
  const blobTags = copyTags ? await source.tags() : givenTags(options, context);
  const { extent, md5 } = await storeContent(source, extentStore, options.sourceContentMD5, context);

  const { account, container, blob: name } = context.context;
  const date = context.startTime;
  const blob: BlobDocument = {
    accountName: account,
    containerName: container,
    name,
    snapshot: '',
    deleted: false,
    isCommitted: true,
    persistency: extent,
    metadata: metadataOf(context.request.getRawHeaders(), context.contextId) ?? source.metadata,
    blobTags,
    properties: {
      ...toHeaders(options, source),
      creationTime: date,
      lastModified: date,
      etag: newETag(),
      contentLength: extent.count,
      contentMD5: md5,
      blobType: 'BlockBlob',
      leaseStatus: 'unlocked',
      leaseState: 'available',
      serverEncrypted: true,
      accessTier: accessTier ?? 'Hot',
      accessTierInferred: accessTier === undefined,
      accessTierChangeTime: date,
    },
  };
  await metadataStore.createBlob(
    context,
    blob,
    options.leaseAccessConditions,
    options.modifiedAccessConditions,
  );
  return {
    statusCode: 201,
    eTag: blob.properties.etag,
    lastModified: date,
    contentMD5: md5,
    requestId: context.contextId,
    version: context.request.getHeader('x-ms-version'),
    date,
    isServerEncrypted: true,
    clientRequestId: options.requestId,
  };
}

function givenTags(options: WriteOptions, context: Context): BlobTags | undefined {
  return options.blobTagsString === undefined ? undefined : tagsOf(options.blobTagsString, context.contextId);
}

function toHeaders({ blobHTTPHeaders = {}, copySourceBlobProperties }: WriteOptions, source: CopySource) {
  const inherited: ContentHeaders = copySourceBlobProperties === false ? {} : source.headers;
  return {
    contentType: blobHTTPHeaders.blobContentType ?? inherited.contentType ?? 'application/octet-stream',
    contentEncoding: blobHTTPHeaders.blobContentEncoding ?? inherited.contentEncoding,
    contentLanguage: blobHTTPHeaders.blobContentLanguage ?? inherited.contentLanguage,
    contentDisposition: blobHTTPHeaders.blobContentDisposition ?? inherited.contentDisposition,
    cacheControl: blobHTTPHeaders.blobCacheControl ?? inherited.cacheControl,
  };
}

/**
 * A SAS with create but not write allows only new blobs. Azurite checks that for the writes it implements.
 */
function refuseOverwriteWithoutWrite({ metadataStore }: Handler, context: Context): void {
  const permissions = context.request.getQuery('sp');
  if (permissions === undefined || permissions.includes('w')) return;
  const { account, container, blob } = context.context;
  const existing = blobAt(copySourceReader(metadataStore), { account, container, blob });
  if (existing?.isCommitted)
    throw storageError(
      context,
      403,
      'AuthorizationPermissionMismatch',
      'This request is not authorized to perform this operation using this permission.',
    );
}

const blockLimitMiB = 4000;
const appendLimitMiB = 100;
const pagesLimitMiB = 4;

interface BlockWriter extends Handler {
  stageBlock(
    id: string,
    length: number,
    body: Readable,
    options: WriteOptions,
    context: Context,
  ): Promise<AzuriteResponse>;
}

interface BodyWriter extends Handler {
  appendBlock(
    body: Readable,
    length: number,
    options: WriteOptions,
    context: Context,
  ): Promise<AzuriteResponse>;
  uploadPages(
    body: Readable,
    length: number,
    options: WriteOptions,
    context: Context,
  ): Promise<AzuriteResponse>;
}

/**
 * Put Block, Append Block and Put Page From URL: read the range of the source, then do Azurite's plain write.
 * Azurite answers 501 to the last two and, before 3.37, to all three.
 */
export function addPutRangeFromUrl(): void {
  replaceHandlerMethod(BlockBlobHandler, 'stageBlockFromURL', () => stageBlockFromUrl);
  replaceHandlerMethod(AppendBlobHandler, 'appendBlockFromUrl', () => appendBlockFromUrl);
  replaceHandlerMethod(PageBlobHandler, 'uploadPagesFromURL', () => uploadPagesFromUrl);
}

async function stageBlockFromUrl(
  this: BlockWriter,
  ...[id, , url, options, context]: HandlerParameters<[id: string, contentLength: number, url: string]>
): Promise<AzuriteResponse> {
  const { body, length } = await openRange(this, url, options.sourceRange, options, context, blockLimitMiB);
  return this.stageBlock(id, length, body, options, context);
}

async function appendBlockFromUrl(
  this: BodyWriter,
  ...[url, , options, context]: HandlerParameters<[url: string, contentLength: number]>
): Promise<AzuriteResponse> {
  const { body, length } = await openRange(this, url, options.sourceRange, options, context, appendLimitMiB);
  return this.appendBlock(body, length, options, context);
}

async function uploadPagesFromUrl(
  this: BodyWriter,
  ...[url, sourceRange, , range, options, context]: HandlerParameters<
    [url: string, sourceRange: string, contentLength: number, range: string]
  >
): Promise<AzuriteResponse> {
  const { body, length } = await openRange(this, url, sourceRange, options, context, pagesLimitMiB);
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  if (Number(last) - Number(first) + 1 !== length) {
    body.destroy();
    throw storageError(
      context,
      400,
      'InvalidHeaderValue',
      'The ranges of source and destination differ in length.',
    );
  }
  return this.uploadPages(body, length, options, context);
}

async function openRange(
  handler: Handler,
  url: string,
  range: string | undefined,
  options: WriteOptions,
  context: Context,
  limitMiB: number,
): Promise<{ body: Readable; length: number }> {
  const source = await openCopySource(copySourceReader(handler.metadataStore), url, range, options, context);
  if (source.length > limitMiB * 1024 * 1024) {
    source.discard?.();
    throw copySourceTooLarge(context, limitMiB);
  }
  const body = verifiedBody(await source.open(), options.sourceContentMD5, context);
  return { body, length: source.length };
}
