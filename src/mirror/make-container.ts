import { BlobmirrorError } from '../model/errors.ts';
import type { Access } from '../model/access.ts';
import type { ContainerName } from '../model/key.ts';
import type { Pair } from './pair.ts';

/**
 * Makes a container of the backup if it is not there, before many keys are brought into it at once: each would find out
 * by itself otherwise, and make it, by six requests.
 *
 * @throws BlobmirrorError of any storage code
 */
export async function prepareContainer(pair: Pair, container: ContainerName): Promise<void> {
  if ((await pair.backup.readContainer(container)) === undefined) await makeContainer(pair, container);
}

/**
 * Makes a container of the backup with the metadata that it has at the source, and in a tree with the access of its root;
 * where the source lacks it, too, there is nothing to make.
 */
export async function makeContainer(pair: Pair, container: ContainerName): Promise<void> {
  const { source, backup } = pair;
  const metadata = await source.readContainer(container);
  if (metadata === undefined) return;
  const access = await rootAccess(pair, container);
  await backup.createContainer(container, metadata);
  // Where it is refused, or this call dies before it, the next full sync sees to it and tells.
  if (access !== undefined) await backup.setRootAccess(container, access);
}

/** What the root is to have; undefined where access is not mirrored, or may not be read. */
async function rootAccess(
  { source, policy, tree }: Pair,
  container: ContainerName,
): Promise<Access | undefined> {
  if (tree === undefined || policy.acl === 'off') return undefined;
  try {
    return await source.readRootAccess(container);
  } catch (error) {
    // Nothing else needs it: the container is made all the same.
    if (error instanceof BlobmirrorError && error.code === 'storage-forbidden') return undefined;
    throw error;
  }
}
