import type { MirrorContext } from './mirror-context.ts';
import { type Access, isSameAccess } from '../model/access.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { ContainerName } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import type { BlobReader } from '../ports/blob-reader.ts';

/**
 * Creates a container of the backup if it is missing, before many keys are copied into it at once: otherwise each of them
 * would find that out and create it, with six requests.
 *
 * @throws BlobmirrorError of any storage code
 */
export async function prepareContainer(context: MirrorContext, container: ContainerName): Promise<void> {
  if ((await context.backup.readContainer(container)) === undefined) await makeContainer(context, container);
}

/**
 * Creates a container of the backup with the source's metadata, and on hierarchical accounts with the access of its root.
 * Does nothing if the source lacks the container too.
 */
export async function makeContainer(context: MirrorContext, container: ContainerName): Promise<void> {
  const { source, backup } = context;
  const metadata = await source.readContainer(container);
  if (metadata === undefined) return;
  const access = await rootAccess(context, container);
  await backup.createContainer(container, metadata);
  // If this is refused, or the process dies first, the next full sync sets and reports it.
  if (access !== undefined) await backup.setRootAccess(container, access);
}

/** The access that the root should have; undefined if access is not mirrored or may not be read. */
async function rootAccess(
  { source, policy, tree }: MirrorContext,
  container: ContainerName,
): Promise<Access | undefined> {
  if (tree === undefined || policy.acl === 'off') return undefined;
  try {
    return await source.readRootAccess(container);
  } catch (error) {
    // The container can be created without it.
    if (error instanceof BlobmirrorError && error.code === 'storage-forbidden') return undefined;
    throw error;
  }
}

const MAX_ROOT_ROUNDS = 10;
const IN_SYNC: Verdict = { verdict: 'in-sync', isDirectory: true };
const NOT_PERMITTED: Verdict = { verdict: 'skipped', reason: 'access-not-permitted', isDirectory: true };

/** The access of both roots of a container; undefined if one of the containers is missing. Two requests. */
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
 * is reached through it. No event and no key names it. Access has no ETag, so the source is read once more after a write.
 * Undefined if one of the containers is missing.
 *
 * Requests: in sync 2, otherwise 4.
 *
 * @throws BlobmirrorError of any storage code, or `race-lost` if the access at the source kept changing
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
  for (let round = 0; round < MAX_ROOT_ROUNDS; round++) {
    const outcome = await backup.setRootAccess(container, wanted, there);
    if (outcome.kind === 'refused') return { verdict: 'skipped', reason: outcome.reason, isDirectory: true };
    if (outcome.kind !== 'written') return undefined;
    if (outcome.access === 'not-permitted') return NOT_PERMITTED;
    const now = await source.readRootAccess(container);
    if (now === undefined || isSameAccess(now, wanted)) return { verdict: 'access-set', isDirectory: true };
    wanted = now;
  }
  throw new BlobmirrorError(
    'race-lost',
    `the access of ${container}/ kept changing; gave up after ${MAX_ROOT_ROUNDS} attempts`,
  );
}
