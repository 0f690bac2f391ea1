import { setTimeout as sleep } from 'node:timers/promises';
import type { Difference } from '../api/difference.ts';
import { theServiceClock } from '../clock/observed-clock.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { ContainerName } from '../model/key.ts';
import type { BlobAbsent } from '../model/reading.ts';
import type { Metadata } from '../model/stamp.ts';
import type { AccountInspector, PublicAccess } from '../ports/account-inspector.ts';
import { compareAccess, compareNames } from './compare-attributes.ts';
import type { Verification } from './verification.ts';

export interface ContainerVerified {
  readonly differences: readonly Difference[];
  /** Whether the source has it, so that its blobs can be compared. */
  readonly onSource: boolean;
  /** Whether the backup has it. If not, all that the source's holds is missing. */
  readonly onBackup: boolean;
}

/** Milliseconds between reads of a container that the mirror may be about to create. */
const ROOT_WAIT = 500;

/**
 * Compares a container without its blobs. The mirror creates a container on the backup for its first blob or
 * directory, so a missing one is a difference only if the source's is not empty. The mirror never deletes a
 * container.
 */
export async function verifyContainer(
  task: Verification,
  container: ContainerName,
  signal: AbortSignal,
): Promise<ContainerVerified> {
  const { source, backup, policy, settleMs } = task;
  const started = performance.now();
  for (;;) {
    const { metadata: theirs, access } = await readOnBackup(backup, container);
    const ours = await source.readContainer(container);
    const open: Difference[] =
      access === 'none' ? [] : [{ difference: 'public-access', source: 'none', backup: access }];

    if (ours === undefined) {
      const extra = theirs !== undefined && policy.deletes === 'mirror';
      return {
        differences: [...(extra ? [{ difference: 'container-extra' } as const] : []), ...open],
        onSource: false,
        onBackup: theirs !== undefined,
      };
    }
    if (theirs !== undefined)
      return {
        differences: [...compareNames('container-metadata', ours, theirs), ...open],
        onSource: true,
        onBackup: true,
      };

    const youngest = await firstChange(task, container);
    if (youngest === undefined) return { differences: [], onSource: true, onBackup: false };
    const ageMs = theServiceClock.now().getTime() - youngest.getTime();
    if (signal.aborted || Math.max(performance.now() - started, ageMs) >= settleMs)
      return { differences: [{ difference: 'container-missing' }], onSource: true, onBackup: false };
    await sleep(ROOT_WAIT, undefined, { signal }).catch(() => {});
  }
}

/** The backup, where a container that the settings give no name does not exist. */
export function withUnnamedContainers(backup: AccountInspector): AccountInspector {
  return {
    ...backup,
    read: async (key) => await backup.read(key).catch(absentIfUnnamed),
    listReadings: async function* (container, options) {
      try {
        yield* backup.listReadings(container, options);
      } catch (error) {
        absentIfUnnamed(error);
      }
    },
  };
}

function absentIfUnnamed(error: unknown): BlobAbsent {
  if (!(error instanceof BlobmirrorError) || error.code !== 'container-not-mappable') throw error;
  return { present: false, container: 'missing' };
}

async function readOnBackup(
  backup: AccountInspector,
  container: ContainerName,
): Promise<{ metadata: Metadata | undefined; access: PublicAccess }> {
  try {
    return {
      metadata: await backup.readContainer(container),
      access: await backup.readPublicAccess(container),
    };
  } catch (error) {
    absentIfUnnamed(error);
    return { metadata: undefined, access: 'none' };
  }
}

/** When the first listed key in scope was last changed; undefined: there is none. */
async function firstChange(
  { source, scope, prefix }: Verification,
  container: ContainerName,
): Promise<Date | undefined> {
  for (const { path } of scope.prefixes({ container, path: prefix })) {
    for await (const page of source.listReadings(container, { prefix: path, tags: false })) {
      const first = page.find((blob) => scope.includes({ container, path: blob.path }));
      if (first !== undefined) return first.reading.lastModified;
    }
  }
  return undefined;
}

/** Compares the access of the root directory of a container, on hierarchical accounts: two or four requests. */
export async function verifyRoot(
  { source, backup, settleMs }: Verification,
  container: ContainerName,
  signal: AbortSignal,
): Promise<readonly Difference[]> {
  const look = async (): Promise<readonly Difference[]> =>
    compareAccess(await source.readRootAccess(container), await backup.readRootAccess(container));
  const differences = await look();
  if (differences.length === 0 || settleMs === 0) return differences;
  await sleep(Math.min(ROOT_WAIT, settleMs), undefined, { signal }).catch(() => {});
  return await look();
}
