import type { Conditions, Context, MetadataStore } from '../azurite/azurite-model.ts';
import { storageError, validateWriteConditions } from '../azurite/azurite.ts';

/**
 * A blob in the archive tier can be deleted, moved to another tier, tagged and its properties read; any
 * change gets 409 BlobArchived (learn.microsoft.com/azure/storage/blobs/access-tiers-overview). Azurite
 * refuses only Put Blob.
 */
export function refuseToChangeArchived(store: MetadataStore): void {
  const refuse = (context: Context, { account, container, blob } = context.context): void => {
    const stored = store.db
      .getCollection('$BLOBS_COLLECTION$')
      .findOne({ accountName: account, containerName: container, name: blob, snapshot: '' });
    if (stored?.isCommitted && stored.properties.accessTier === 'Archive')
      throw storageError(
        context,
        409,
        'BlobArchived',
        'This operation is not permitted on an archived blob.',
      );
  };

  for (const method of ['setBlobMetadata', 'setBlobHTTPHeaders', 'createSnapshot', 'stageBlock'] as const) {
    const change = store[method].bind(store) as (context: Context, ...more: unknown[]) => Promise<unknown>;
    const changeLiving = async (context: Context, ...more: unknown[]): Promise<unknown> => {
      refuse(context);
      return await change(context, ...more);
    };
    Object.assign(store, { [method]: changeLiving });
  }
  const commitBlockList = store.commitBlockList.bind(store);
  store.commitBlockList = async (context, ...rest) => {
    refuse(context);
    return await commitBlockList(context, ...rest);
  };
  for (const method of ['copyFromURL', 'startCopyFromURL'] as const) {
    const copy = store[method].bind(store);
    store[method] = async (context, source, destination, ...rest) => {
      refuse(context, destination);
      return await copy(context, source, destination, ...rest);
    };
  }
}

/**
 * A blob with only uncommitted blocks does not exist yet (Azurite#400), so a write on condition that there is
 * no blob succeeds.
 */
export function overwriteUncommitted(store: MetadataStore): void {
  const createBlob = store.createBlob.bind(store);
  store.createBlob = async (context, blob, lease, conditions) => {
    const { accountName, containerName, name } = blob;
    const stored = store.db
      .getCollection('$BLOBS_COLLECTION$')
      .findOne({ accountName, containerName, name, snapshot: '' });
    const isStagedOnly = stored?.isCommitted === false && conditions?.ifNoneMatch === '*';
    const { ifNoneMatch: _, ...others }: Conditions = conditions ?? {};
    return await createBlob(context, blob, lease, isStagedOnly ? others : conditions);
  };
}

/**
 * Makes Set Blob Tags honour its conditions (x-ms-if-tags, and the ETag ones of newer service versions) and
 * Set Blob Tier its only one (x-ms-if-tags). Azurite reads none of them.
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
    // Azurite answers for a missing blob: 404.
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
