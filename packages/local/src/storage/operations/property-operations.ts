import type { Context } from '../../azurite/azurite-model.ts';
import type { MetadataStore } from '../../azurite/azurite-stores.ts';
import { errors, validateWriteConditions } from '../../azurite/azurite.ts';
import {
  type Stage,
  changedBlob,
  checkWriteLease,
  committedBlob,
  refuseArchived,
  versionOf,
} from './find.ts';
import { refuseChange } from './immutability.ts';
import { keepState } from './keep-history.ts';
import { touch } from './write-operations.ts';

const TIERS = ['Hot', 'Cool', 'Cold', 'Archive'];

type PropertyOperations = Pick<
  MetadataStore,
  'setBlobHTTPHeaders' | 'setBlobMetadata' | 'setBlobTag' | 'setTier' | 'parseTier'
>;

/** Headers, metadata, tags and tiers of a blob. */
export function propertyOperations(stage: Stage): PropertyOperations {
  const { store } = stage;

  return {
    async setBlobHTTPHeaders(context, account, container, path, lease, headers, conditions) {
      return await Promise.resolve(
        store.write(() => {
          const blob = changedBlob(stage, context, { account, container, blob: path }, lease, conditions);
          refuseArchived(context, blob);
          // What is not given is cleared (learn.microsoft.com/rest/api/storageservices/set-blob-properties).
          if (headers !== undefined)
            Object.assign(blob.properties, {
              cacheControl: headers.blobCacheControl,
              contentType: headers.blobContentType,
              contentMD5: headers.blobContentMD5,
              contentEncoding: headers.blobContentEncoding,
              contentLanguage: headers.blobContentLanguage,
              contentDisposition: headers.blobContentDisposition,
            });
          return touch(stage, blob, context.startTime);
        }),
      );
    },
    async setBlobMetadata(context, account, container, path, lease, metadata, conditions) {
      return await Promise.resolve(
        store.write(() => {
          const blob = changedBlob(stage, context, { account, container, blob: path }, lease, conditions);
          refuseArchived(context, blob);
          refuseChange(context, blob);
          keepState(stage, context, blob);
          blob.metadata = metadata;
          return touch(stage, blob, context.startTime);
        }),
      );
    },
    // Azurite passes none of the conditions on: x-ms-if-tags, and the ETag ones of newer service versions.
    async setBlobTag(context, account, container, path, snapshot, lease, tags) {
      store.write(() => {
        const version = versionOf(stage, context);
        const blob = committedBlob(stage, context, { account, container, blob: path, snapshot, version });
        validateWriteConditions(
          context,
          {
            ifTags: context.request.getHeader('x-ms-if-tags'),
            ifMatch: either(context, 'x-ms-blob-if-match', 'if-match'),
            ifNoneMatch: either(context, 'x-ms-blob-if-none-match', 'if-none-match'),
          },
          blob,
        );
        checkWriteLease(context, blob, lease);
        blob.blobTags = tags;
        store.blobs.update(blob);
      });
      await Promise.resolve();
    },
    async setTier(context, account, container, path, tier, lease) {
      return await Promise.resolve(
        store.write(() => {
          const version = versionOf(stage, context);
          const blob = committedBlob(stage, context, { account, container, blob: path, version });
          validateWriteConditions(context, { ifTags: context.request.getHeader('x-ms-if-tags') }, blob);
          checkWriteLease(context, blob, lease);
          const { properties } = blob;
          if (!TIERS.includes(tier) || properties.blobType !== 'BlockBlob')
            throw errors.getAccessTierNotSupportedForBlobType(context.contextId);
          const isRehydrated = properties.accessTier === 'Archive' && tier !== 'Archive';
          properties.accessTier = tier;
          properties.accessTierInferred = false;
          properties.accessTierChangeTime = context.startTime;
          store.blobs.update(blob);
          return isRehydrated ? 202 : 200;
        }),
      );
    },
    parseTier: (tier) => TIERS.find((each) => each.toLowerCase() === tier.toLowerCase()),
  };
}

function either(context: Context, first: string, second: string): string | undefined {
  return context.request.getHeader(first) ?? context.request.getHeader(second);
}
