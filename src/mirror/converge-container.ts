import type { MirrorContext } from './mirror-context.ts';
import { type Access, isSameAccess } from '../model/access.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { ContainerName } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import type { BlobReader } from '../ports/blob-reader.ts';

/**
 * Makes a container of the backup if it is not there, before many keys are brought into it at once: each would find out
 * by itself otherwise, and make it, by six requests.
 *
 * @throws BlobmirrorError of any storage code
 */
export async function prepareContainer(context: MirrorContext, container: ContainerName): Promise<void> {
  if ((await context.backup.readContainer(container)) === undefined) await makeContainer(context, container);
}

/**
 * Makes a container of the backup with the metadata that it has at the source, and in a tree with the access of its root;
 * where the source lacks it, too, there is nothing to make.
 */
export async function makeContainer(context: MirrorContext, container: ContainerName): Promise<void> {
  const { source, backup } = context;
  const metadata = await source.readContainer(container);
  if (metadata === undefined) return;
  const access = await rootAccess(context, container);
  await backup.createContainer(container, metadata);
  // Where it is refused, or this call dies before it, the next full sync sees to it and tells.
  if (access !== undefined) await backup.setRootAccess(container, access);
}

/** What the root is to have; undefined where access is not mirrored, or may not be read. */
async function rootAccess(
  { source, policy, tree }: MirrorContext,
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

const MOST_ROOT_ROUNDS = 10;
const IN_SYNC: Verdict = { verdict: 'in-sync', isDirectory: true };
const NOT_PERMITTED: Verdict = { verdict: 'skipped', reason: 'access-not-permitted', isDirectory: true };

/** The access of both roots of a container; undefined when one of the containers is not there. Two requests. */
export async function readRoots(
  { source, backup }: { readonly source: BlobReader; readonly backup: BlobReader },
  container: ContainerName,
): Promise<{ readonly wanted: Access; readonly there: Access } | undefined> {
  const there = await backup.readRootAccess(container);
  if (there === undefined) return undefined;
  const wanted = await source.readRootAccess(container);
  return wanted === undefined ? undefined : { wanted, there };
}

/**
 * Gives the root directory of a container on the backup the access that it has at the source: everything in the container
 * is reached through it. No event tells of it, and no key names it. There is no ETag for access, so the source is read
 * once more after a write. Undefined when one of the containers is not there.
 *
 * Requests: in sync 2, otherwise 4.
 *
 * @throws BlobmirrorError of any storage code, or `race-lost` when the source's kept changing
 */
export async function convergeRoot(
  { source, backup }: Pick<MirrorContext, 'source' | 'backup'>,
  container: ContainerName,
): Promise<Verdict | undefined> {
  const roots = await readRoots({ source, backup }, container);
  if (roots === undefined) return undefined;
  const { there } = roots;
  let { wanted } = roots;
  if (isSameAccess(wanted, there)) return IN_SYNC;
  for (let round = 0; round < MOST_ROOT_ROUNDS; round++) {
    const outcome = await backup.setRootAccess(container, wanted, there);
    if (outcome.kind === 'refused') return { verdict: 'skipped', reason: outcome.reason, isDirectory: true };
    if (outcome.kind !== 'written') return undefined;
    if (outcome.access === 'not-permitted') return NOT_PERMITTED;
    const now = await source.readRootAccess(container);
    if (now === undefined || isSameAccess(now, wanted)) return { verdict: 'access-set', isDirectory: true };
    wanted = now;
  }
  throw new BlobmirrorError('race-lost', `the access of ${container}/ kept changing`);
}
