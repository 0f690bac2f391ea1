import { setTimeout as sleep } from 'node:timers/promises';
import type { Difference } from '../../model/difference.ts';
import type { ContainerName } from '../../model/key.ts';
import { compareAccess } from './compare-access.ts';
import type { Verification } from './verification.ts';

/** Milliseconds that a mirror has which has just made the container, and is about to set the access of its root. */
const WAIT = 500;

/** Compares who may do what with the root directory of a container of hierarchical accounts: two requests, or four. */
export async function verifyRoot(
  { source, backup, settleMs }: Verification,
  container: ContainerName,
  signal: AbortSignal,
): Promise<readonly Difference[]> {
  const look = async (): Promise<readonly Difference[]> =>
    compareAccess(await source.readRootAccess(container), await backup.readRootAccess(container));
  const differences = await look();
  if (differences.length === 0 || settleMs === 0) return differences;
  await sleep(Math.min(WAIT, settleMs), undefined, { signal }).catch(() => {});
  return await look();
}
