import type { Context, MetadataStore } from '../azurite/azurite-model.ts';
import { storageError } from '../azurite/azurite.ts';

const longestName = 1024;
// Azure lists U+FFFE and U+FFFF, which XML cannot hold either, encoded.
const forbidden = /\p{Cc}/u;

/** Refuses new blobs with names that Azure refuses: above 1,024 characters, or with control characters. */
export function refuseBadNames(store: MetadataStore): void {
  const createBlob = store.createBlob.bind(store);
  store.createBlob = async (context, blob, ...rest) => {
    refuseBadName(context, blob.name);
    return createBlob(context, blob, ...rest);
  };
  const stageBlock = store.stageBlock.bind(store);
  store.stageBlock = async (context, ...rest) => {
    refuseBadName(context, context.context.blob);
    return stageBlock(context, ...rest);
  };
  const commitBlockList = store.commitBlockList.bind(store);
  store.commitBlockList = async (context, blob, ...rest) => {
    refuseBadName(context, blob.name);
    return commitBlockList(context, blob, ...rest);
  };
  for (const method of ['copyFromURL', 'startCopyFromURL'] as const) {
    const copy = store[method].bind(store);
    store[method] = async (context, source, destination, ...rest) => {
      refuseBadName(context, destination.blob);
      return copy(context, source, destination, ...rest);
    };
  }
}

/** @throws AzuriteError for a name that Azure would refuse */
export function refuseBadName(context: Context, name: string): void {
  if (name.length > longestName)
    throw storageError(
      context,
      400,
      'OutOfRangeInput',
      'The specified resource name length is not within the permissible limits.',
    );
  if (forbidden.test(name))
    throw storageError(
      context,
      400,
      'InvalidResourceName',
      'The specified resource name contains invalid characters.',
    );
}
