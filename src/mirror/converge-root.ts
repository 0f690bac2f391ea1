import { type Access, isSameAccess } from '../model/access.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { ContainerName } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import type { BlobReader } from '../ports/blob-reader.ts';
import type { Pair } from './pair.ts';

const MOST_ROUNDS = 10;
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
  { source, backup }: Pick<Pair, 'source' | 'backup'>,
  container: ContainerName,
): Promise<Verdict | undefined> {
  const roots = await readRoots({ source, backup }, container);
  if (roots === undefined) return undefined;
  const { there } = roots;
  let { wanted } = roots;
  if (isSameAccess(wanted, there)) return IN_SYNC;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const outcome = await backup.setRootAccess(container, wanted, there);
    if (outcome.outcome === 'refused')
      return { verdict: 'skipped', reason: outcome.reason, isDirectory: true };
    if (outcome.outcome !== 'written') return undefined;
    if (outcome.access === 'not-permitted') return NOT_PERMITTED;
    const now = await source.readRootAccess(container);
    if (now === undefined || isSameAccess(now, wanted)) return { verdict: 'access-set', isDirectory: true };
    wanted = now;
  }
  throw new BlobmirrorError('race-lost', `the access of ${container}/ kept changing`);
}
