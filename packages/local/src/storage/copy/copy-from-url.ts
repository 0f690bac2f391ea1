import { createHash } from 'node:crypto';
import { finished } from 'node:stream/promises';
import type {
  BlobDocument,
  Context,
  Handler,
  HandlerParameters,
  MetadataStore,
  WriteOptions,
} from '../../azurite/azurite-model.ts';
import {
  BlobHandler,
  isAzuriteError,
  replaceHandlerMethod,
  validateReadConditions,
} from '../../azurite/azurite.ts';
import { copySourceError, copySourceReader, copySourceTooLarge, toBlobVersion } from './copy-source.ts';
import {
  authorizeCopySource,
  openBlobVersion,
  toConditions,
  toCopySourceAddress,
} from './local-copy-source.ts';
import { parseCopySource } from './open-copy-source.ts';
import { verifyMd5 } from './store-content.ts';

const copyFromUrlLimitMiB = 256;

/**
 * Copy Blob From URL with two checks that Azurite lacks: the limit of 256 MiB and x-ms-source-content-md5.
 * Both kinds of copy are authorised in process, where Azurite sends itself an HTTP request. The source must
 * be a blob of this server.
 */
export function correctCopyFromUrl(): void {
  replaceHandlerMethod(BlobHandler, 'validateCopySource', () => validateCopySource);
  replaceHandlerMethod(
    BlobHandler,
    'copyFromURL',
    (copy) =>
      async function (this: Handler, ...parameters: HandlerParameters<[copySource: string]>) {
        await verifySource(this, ...parameters);
        const response: unknown = await Reflect.apply(copy, this, parameters);
        return response;
      },
  );
}

async function validateCopySource(this: Handler, copySource: string, _account: string, context: Context) {
  const url = parseCopySource(copySource, context);
  const reader = copySourceReader(this.metadataStore);
  const address = toCopySourceAddress(url);
  if (!address || !reader.isOwnHost(url.host)) throw copySourceError(context, 404, '');
  const authorization = context.request.getHeader('x-ms-copy-source-authorization');
  await authorizeCopySource(reader, url, address, 'Blob_GetProperties', authorization, context);
  if (!findSource(this, copySource)?.isCommitted) throw copySourceError(context, 404, '');
}

function findSource({ metadataStore }: Handler, copySource: string): BlobDocument | null {
  const url = new URL(copySource);
  const address = toCopySourceAddress(url);
  return metadataStore.db.getCollection('$BLOBS_COLLECTION$').findOne({
    accountName: address?.account,
    containerName: address?.container,
    name: address?.blob,
    snapshot: url.searchParams.get('snapshot') ?? '',
  });
}

async function verifySource(
  handler: Handler,
  ...[copySource, options, context]: HandlerParameters<[copySource: string]>
): Promise<void> {
  const address = toCopySourceAddress(parseCopySource(copySource, context));
  if (!address) throw copySourceError(context, 404, '');
  // Within one account the caller's own authorisation covers the source.
  if (address.account !== context.context.account)
    await validateCopySource.call(handler, copySource, address.account, context);

  const { metadataStore, extentStore } = handler;
  const stored = findSource(handler, copySource);
  if (!stored) return;
  const blob = toBlobVersion(metadataStore, stored);
  const length = blob.properties.contentLength ?? 0;
  if (length > copyFromUrlLimitMiB * 1024 * 1024) throw copySourceTooLarge(context, copyFromUrlLimitMiB);
  if (options.sourceContentMD5 === undefined) return;

  const hash = createHash('md5');
  const body = await openBlobVersion(extentStore, blob, 0, length, context);
  body.on('data', (chunk: Buffer) => hash.update(chunk));
  await finished(body);
  verifyMd5(hash.digest(), options.sourceContentMD5, context);
  // Copies exactly the verified version, or nothing.
  const conditions = (options.sourceModifiedAccessConditions ??= {});
  conditions.sourceIfMatch ??= blob.properties.etag;
}

/**
 * Copy Blob and Copy Blob From URL: reports which side failed. Azurite answers an unmet source condition like
 * that of a plain read (304, or 412 `ConditionNotMet`), so that a program cannot tell a changed source from a
 * changed destination. And a copy gets its own lists: Azurite shares them between both blobs, so that a page
 * written to the source later would appear in the copy.
 */
export function correctCopies(store: MetadataStore): void {
  const blobs = store.db.getCollection('$BLOBS_COLLECTION$');
  for (const method of ['copyFromURL', 'startCopyFromURL'] as const) {
    const copy = store[method].bind(store);
    store[method] = async (context, source, destination, copySource, metadata, tier, options = {}) => {
      const sourceBlob = blobs.findOne({
        accountName: source.account,
        containerName: source.container,
        name: source.blob,
        snapshot: source.snapshot ?? '',
      });
      const original = sourceBlob && toBlobVersion(store, sourceBlob);
      try {
        const properties = await copy(context, source, destination, copySource, metadata, tier, options);
        const made = blobs.findOne({
          accountName: destination.account,
          containerName: destination.container,
          name: destination.blob,
          snapshot: '',
        });
        unshare(made);
        // Azurite takes the requested tier and reports it as the account's default.
        if (made && tier !== undefined) made.properties.accessTierInferred = false;
        return properties;
      } catch (error) {
        if (isConditionError(error) && original && sourceFails(context, options, original))
          throw copySourceError(context, 412, '');
        throw error;
      }
    };
  }
}

function isConditionError(error: unknown): boolean {
  return isAzuriteError(error) && error.storageErrorCode === 'ConditionNotMet';
}

function sourceFails(context: Context, options: WriteOptions, source: BlobDocument): boolean {
  try {
    validateReadConditions(context, toConditions(options.sourceModifiedAccessConditions), source, true);
    return false;
  } catch {
    return true;
  }
}

function unshare(blob: BlobDocument | null): void {
  if (!blob) return;
  blob.committedBlocksInOrder = blob.committedBlocksInOrder?.slice();
  blob.pageRangesInOrder = blob.pageRangesInOrder?.map((range) => ({ ...range }));
}
