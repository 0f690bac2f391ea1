import { randomUUID } from 'node:crypto';
import type { Conditions, Context, SourceConditions, WriteOptions } from '../../azurite/azurite-model.ts';
import type { BlobAddress, MetadataStore } from '../../azurite/azurite-stores.ts';
import {
  errors,
  newETag,
  tagsOf,
  validateReadConditions,
  validateWriteConditions,
} from '../../azurite/azurite.ts';
import { refuseBadName } from '../../requests/blob-names.ts';
import { unsupported } from '../../requests/unsupported-requests.ts';
import type { Blob, BlobProperties, Metadata, StoredBlob } from '../../store/blob.ts';
import { type Stage, checkWriteLease, committedBlob, findBlob, refuseArchived } from './find.ts';
import { replaceBlob } from './keep-history.ts';

type ParseTier = (tier: string) => string | undefined;

type CopyOperations = Pick<MetadataStore, 'startCopyFromURL' | 'copyFromURL'>;

/** Copy Blob and Copy Blob From URL, both done within the request. The copy shares the source's content. */
export function copyOperations(stage: Stage, parseTier: ParseTier): CopyOperations {
  const { store } = stage;
  const { parts } = store;

  const copy = (
    context: Context,
    source: BlobAddress,
    destination: BlobAddress,
    copySource: string,
    metadata: Metadata | undefined,
    tier: string | undefined,
    options: WriteOptions,
    method: 'sync' | 'async',
  ): BlobProperties => {
    refuseBadName(context, destination.blob);
    return store.write(() => {
      const version = sourceVersion(stage, context, copySource);
      const original = committedBlob(stage, context, { ...source, version });
      const there = findBlob(stage, context, destination);
      refuseArchived(context, there);
      validateSource(context, options, original, method);
      const conditions = options.modifiedAccessConditions;
      validateWriteConditions(context, conditions, there);
      if (conditions?.ifNoneMatch === '*' && there?.isCommitted === true)
        throw errors.getBlobAlreadyExists(context.contextId);
      const isArchived = original.properties.accessTier === 'Archive';
      const isRehydration =
        method === 'async' && tier !== undefined && source.account === destination.account;
      if (isArchived && !isRehydration) throw errors.getBlobArchived(context.contextId);

      const made = toCopy(context, original, destination, copySource, metadata, options, method);
      setTier(context, made.properties, tier, parseTier);
      if (there !== undefined) checkWriteLease(context, there, options.leaseAccessConditions, made);
      const stored = replaceBlob(stage, context, made, there);
      if (stored.id !== original.id) {
        if (stored.id === there?.id) parts.setBlocks(stored.id, []);
        parts.copy(original.id, stored.id);
      }
      parts.unstageAll(stored.id);
      return stored.properties;
    });
  };

  return {
    async startCopyFromURL(context, source, destination, copySource, metadata, tier, options = {}) {
      return await Promise.resolve(
        copy(context, source, destination, copySource, metadata, tier, options, 'async'),
      );
    },
    async copyFromURL(context, source, destination, copySource, metadata, tier, options = {}) {
      return await Promise.resolve(
        copy(context, source, destination, copySource, metadata, tier, options, 'sync'),
      );
    },
  };
}

/** @throws AzuriteError 400 for a version in a hierarchical account */
function sourceVersion({ history }: Stage, context: Context, copySource: string): string | undefined {
  const version = new URL(copySource).searchParams.get('versionid') ?? undefined;
  if (version !== undefined && !history.isFlat)
    throw unsupported(context, 'header', 'x-ms-copy-source', 'the version of a blob');
  return version;
}

/** Any condition that the source does not meet is 412 SourceConditionNotMet, so that a caller knows the side. */
function validateSource(
  context: Context,
  { sourceModifiedAccessConditions }: WriteOptions,
  source: StoredBlob,
  method: 'sync' | 'async',
): void {
  // Copy Blob From URL does not know x-ms-source-if-tags.
  const { ifTags, ...conditions } = toConditions(sourceModifiedAccessConditions);
  try {
    validateReadConditions(
      context,
      method === 'async' ? { ...conditions, ifTags } : conditions,
      source,
      method === 'async',
    );
  } catch (error) {
    if (!(error instanceof Error && 'statusCode' in error)) throw error;
    const isUnmet = error.statusCode === 304 || error.statusCode === 412;
    throw isUnmet ? errors.getSourceConditionNotMet(context.contextId) : error;
  }
}

/** The source conditions of a copy, in the form of a read's. */
export function toConditions(source: SourceConditions = {}): Conditions {
  return {
    ifMatch: source.sourceIfMatch,
    ifNoneMatch: source.sourceIfNoneMatch,
    ifModifiedSince: source.sourceIfModifiedSince,
    ifUnmodifiedSince: source.sourceIfUnmodifiedSince,
    ifTags: source.sourceIfTags,
  };
}

function toCopy(
  context: Context,
  original: StoredBlob,
  { account, container, blob: name }: BlobAddress,
  copySource: string,
  metadata: Metadata | undefined,
  options: WriteOptions,
  method: 'sync' | 'async',
): Blob {
  const { contentLength = 0, blobType } = original.properties;
  const givenTags =
    options.blobTagsString === undefined ? undefined : tagsOf(options.blobTagsString, context.contextId);
  const isSealed = method === 'async' ? { isSealed: options.sealBlob } : {};
  return {
    accountName: account,
    containerName: container,
    name,
    snapshot: '',
    isCommitted: true,
    persistency: original.persistency,
    metadata: metadata === undefined || Object.keys(metadata).length === 0 ? original.metadata : metadata,
    blobTags: method === 'sync' && options.copySourceTags === 'COPY' ? original.blobTags : givenTags,
    properties: {
      ...original.properties,
      creationTime: context.startTime,
      lastModified: context.startTime,
      etag: newETag(),
      leaseStatus: 'unlocked',
      leaseState: 'available',
      leaseDuration: undefined,
      copyId: randomUUID(),
      copyStatus: 'success',
      copySource,
      copyProgress: contentLength > 0 ? `${contentLength}/${contentLength}` : undefined,
      copyCompletionTime: context.startTime,
      incrementalCopy: false,
      accessTierChangeTime: undefined,
      ...(blobType === 'AppendBlob' && isSealed),
    },
  };
}

function setTier(
  context: Context,
  properties: BlobProperties,
  tier: string | undefined,
  parseTier: ParseTier,
): void {
  if (tier === undefined) return;
  const parsed = parseTier(tier);
  const { blobType } = properties;
  if (blobType === 'PageBlob' || (blobType === 'BlockBlob' && parsed === undefined))
    throw errors.getInvalidHeaderValue(context.contextId, {
      HeaderName: 'x-ms-access-tier',
      HeaderValue: tier,
    });
  if (blobType !== 'BlockBlob') return;
  properties.accessTier = parsed;
  properties.accessTierInferred = false;
}
