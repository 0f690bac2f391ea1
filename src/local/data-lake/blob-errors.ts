import type { Context } from '../storage/azurite-model.ts';
import { storageError } from '../storage/storage-error.ts';
import { PathConflict } from './namespace.ts';

/** What the Blob API answers where a file stands and a directory was meant, or the reverse. */
function typeMismatch(context: Context) {
  return storageError(
    context,
    409,
    'ResourceTypeMismatch',
    'The specified resource type does not match the type of the existing resource.',
  );
}

/** `what`: `Blob tags are` */
export function notSupported(context: Context, what: string) {
  return storageError(
    context,
    409,
    'FeatureNotYetSupportedForHierarchicalNamespaceAccounts',
    `${what} not yet supported for hierarchical namespace accounts.`,
  );
}

/** Answers a conflict in the tree as the Blob API does. */
export async function orTypeMismatch<Result>(
  context: Context,
  act: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof PathConflict ? typeMismatch(context) : error;
  }
}
