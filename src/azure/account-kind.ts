import type { Account } from './connect-account.ts';
import { toStorageError } from './storage-error.ts';

/** Whether an account has directories, renames and access control lists. One request. */
export async function readAccountKind({ client, name }: Account): Promise<'flat' | 'hierarchical'> {
  try {
    const { isHierarchicalNamespaceEnabled } = await client.getAccountInfo();
    return isHierarchicalNamespaceEnabled === true ? 'hierarchical' : 'flat';
  } catch (error) {
    throw toStorageError(error, 'read', name);
  }
}
