import type { Readable } from 'node:stream';

import { authorizeCopySource, toCopySourceAddress } from './authorize-copy-source.ts';
import { PageBlobRangesManager, validateReadConditions } from './azurite.ts';
import type {
  BlobDocument,
  Conditions,
  Context,
  ExtentStore,
  SourceConditions,
  WriteOptions,
} from './azurite-model.ts';
import { toBlobVersion } from './blob-version.ts';
import { copySourceError, toCopySourceError } from './copy-source-error.ts';
import type { CopySource, CopySourceReader } from './copy-source.ts';
import { parseSourceRange } from './source-range.ts';

/** Opens a blob of this same server without an HTTP request, authorised and checked as one would be. */
export async function openLocalCopySource(
  reader: CopySourceReader,
  url: URL,
  range: string | undefined,
  options: WriteOptions,
  context: Context,
): Promise<CopySource> {
  const address = toCopySourceAddress(url);
  if (!address) throw copySourceError(context, 404, '');
  const authorization = options.copySourceAuthorization;
  const authorize = (operation: 'Blob_Download' | 'Blob_GetTags') =>
    authorizeCopySource(reader, url, address, operation, authorization, context);
  const sourceContext = await authorize('Blob_Download');

  // From here to the end of the function nothing awaits: what the conditions were checked on is what is read.
  const { metadataStore, extentStore } = reader;
  const stored = metadataStore.db.getCollection('$BLOBS_COLLECTION$').findOne({
    accountName: address.account,
    containerName: address.container,
    name: address.blob,
    snapshot: url.searchParams.get('snapshot') ?? '',
  });
  if (!stored?.isCommitted) throw copySourceError(context, 404, '');
  const blob = toBlobVersion(metadataStore, stored);
  try {
    validateReadConditions(sourceContext, toConditions(options.sourceModifiedAccessConditions), blob, true);
  } catch (error) {
    throw toCopySourceError(error, context);
  }
  if (blob.properties.accessTier === 'Archive')
    throw copySourceError(context, 409, 'This operation is not permitted on an archived blob.');

  const whole = blob.properties.contentLength ?? 0;
  const { start, length } = parseSourceRange(range, whole, context);
  return {
    length,
    headers: blob.properties,
    metadata: blob.metadata,
    async tags() {
      await authorize('Blob_GetTags');
      return blob.blobTags;
    },
    open: () => openBlobVersion(extentStore, blob, start, length, context),
    ...(length === whole && isInOneExtent(blob) ? { extent: blob.persistency } : {}),
  };
}

/** Reads a version of a blob of any type, gaps between pages as zeros. */
export function openBlobVersion(
  extentStore: ExtentStore,
  blob: BlobDocument,
  start: number,
  length: number,
  context: Context,
): Promise<Readable> {
  return extentStore.readExtents(extentsOf(blob, start, length), start, length, context.contextId);
}

/** The source conditions of a copy, as those of a read. */
export function toConditions(source: SourceConditions = {}): Conditions {
  return {
    ifMatch: source.sourceIfMatch,
    ifNoneMatch: source.sourceIfNoneMatch,
    ifModifiedSince: source.sourceIfModifiedSince,
    ifUnmodifiedSince: source.sourceIfUnmodifiedSince,
    ifTags: source.sourceIfTags,
  };
}

function isInOneExtent(blob: BlobDocument): blob is BlobDocument & { persistency: object } {
  const isWhole = (blob.committedBlocksInOrder ?? []).length === 0 && blob.pageRangesInOrder === undefined;
  return isWhole && blob.persistency !== undefined;
}

/** The extents to read from byte `start` on, as `readExtents` wants them: from the beginning of the blob. */
function extentsOf(blob: BlobDocument, start: number, length: number) {
  if (blob.pageRangesInOrder) {
    if (start + length === 0) return [];
    const filled = new PageBlobRangesManager().fillZeroRanges(blob.pageRangesInOrder, {
      start: 0,
      end: start + length - 1,
    });
    return filled.map((part) => part.persistency);
  }
  if ((blob.committedBlocksInOrder ?? []).length > 0)
    return (blob.committedBlocksInOrder ?? []).map((block) => block.persistency);
  return blob.persistency ? [blob.persistency] : [];
}
