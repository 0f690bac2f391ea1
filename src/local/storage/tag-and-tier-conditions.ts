import { validateWriteConditions } from './azurite.ts';
import type { Conditions, Context, MetadataStore } from './azurite-model.ts';

/**
 * Set Blob Tags honours its conditions (x-ms-if-tags, and the ETag ones of newer service versions) and Set Blob Tier
 * the one it has (x-ms-if-tags). Azurite reads none of them.
 */
export function honourTagAndTierConditions(store: MetadataStore): void {
  const blobs = store.db.getCollection('$BLOBS_COLLECTION$');
  const validate = (context: Context, snapshot: string, conditions: Conditions) => {
    const { account, container, blob } = context.context;
    const stored = blobs.findOne({
      accountName: account,
      containerName: container,
      name: blob,
      snapshot,
    });
    // A blob that is not there is answered by Azurite: 404.
    if (stored?.isCommitted) validateWriteConditions(context, conditions, stored);
  };

  const setBlobTag = store.setBlobTag.bind(store);
  store.setBlobTag = async (context, account, container, blob, snapshot, ...rest) => {
    validate(context, snapshot ?? '', {
      ifTags: context.request.getHeader('x-ms-if-tags'),
      ifMatch: either(context, 'x-ms-blob-if-match', 'if-match'),
      ifNoneMatch: either(context, 'x-ms-blob-if-none-match', 'if-none-match'),
    });
    return setBlobTag(context, account, container, blob, snapshot, ...rest);
  };

  const setTier = store.setTier.bind(store);
  store.setTier = async (context, ...rest) => {
    validate(context, '', { ifTags: context.request.getHeader('x-ms-if-tags') });
    return setTier(context, ...rest);
  };
}

function either(context: Context, first: string, second: string): string | undefined {
  return context.request.getHeader(first) ?? context.request.getHeader(second);
}
