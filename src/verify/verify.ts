/**
 * Compares both accounts and reports every difference. It trusts only the answers of the two accounts, not
 * events, queues or documents of the mirror. It must never write to either account, and never hold more than
 * a few pages of listings or ranges of content.
 */
import type { Difference, Place } from '../api/difference.ts';
import type { ContainerName, Key } from '../model/key.ts';
import { createWorkerPool } from '../concurrency/limiter.ts';
import { examine, type ExaminedKey } from './examine.ts';
import { compareKey } from './compare-key.ts';
import { type ListedPair, pairListings } from './pair-listings.ts';
import {
  type VerificationCounts,
  type Verification,
  createVerificationCounts,
  isBlobView,
} from './verification.ts';
import { verifyContainer, verifyRoot, withUnnamedContainers } from './verify-container.ts';

/** Keys that are examined together. Most wait for their source to settle; `examine` bounds the requests. */
const IN_HAND = 1000;
const NEVER = new AbortController().signal;

/**
 * Compares everything in scope. Ends early, without an error, when the signal is aborted.
 *
 * Requests: one listing of each side for every 5,000 blobs and directories; three for each container; two to
 * four reads for each key that the listings disagree on, whose access is compared and not listed, or whose
 * metadata the listings do not show in full; two for the root of a container whose access is compared; and
 * two for every 4 MiB of content that is read.
 *
 * @throws BlobmirrorError of any storage code
 */
export async function verify(
  task: Verification,
  counts: VerificationCounts = createVerificationCounts(),
  signal: AbortSignal = NEVER,
): Promise<VerificationCounts> {
  const named = { ...task, backup: withUnnamedContainers(task.backup) };
  for (const container of await listBoth(task)) {
    if (signal.aborted) break;
    counts.containers++;
    const { differences, onSource, onBackup } = await verifyContainer(task, container, signal);
    if (signal.aborted) break;
    if (differences.length > 0) counts.differing++;
    reportDifferences(task, counts, { container }, differences);
    if (onSource) await verifyBlobs(named, { container, onBackup }, counts, signal);
  }
  return counts;
}

async function verifyBlobs(
  task: Verification,
  { container, onBackup }: { readonly container: ContainerName; readonly onBackup: boolean },
  counts: VerificationCounts,
  signal: AbortSignal,
): Promise<void> {
  const pool = createWorkerPool(IN_HAND);
  // If the walk fails, keys that wait for their source to settle stop waiting.
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);

  async function work(pair: ListedPair): Promise<void> {
    const key = { container, path: pair.path };
    const examined = await examinePair(task, key, pair, ended);
    if (ended.aborted && examined.kind !== 'differs') return;
    if (pair.source !== undefined || isOfBackupAlone(examined)) recordResult(task, counts, key, examined);
  }

  async function workOnRoot(): Promise<void> {
    const differences = await verifyRoot(task, container, ended);
    if (differences.length > 0) counts.differing++;
    reportDifferences(task, counts, { container, path: '' }, differences);
  }

  let isRootSeen = !onBackup || task.prefix !== '' || task.policy.acl === 'off';
  try {
    for await (const pair of pairsInScope(task, container, ended)) {
      // The first entry shows whether the accounts are hierarchical.
      if (!isRootSeen && (pair.source ?? pair.backup)?.accessUntold === true)
        await pool.start(async () => {
          await workOnRoot().catch(fail);
        });
      isRootSeen = true;
      if (pair.source !== undefined) counts[isBlobView(pair.source) ? 'blobs' : 'directories']++;
      await pool.start(async () => {
        await work(pair).catch(fail);
      });
    }
  } catch (error) {
    fail(error);
  } finally {
    await pool.finish();
  }

  function fail(error: unknown): never {
    failed.abort();
    throw error;
  }
}

async function* pairsInScope(
  { source, backup, scope, prefix, policy }: Verification,
  container: ContainerName,
  signal: AbortSignal,
): AsyncGenerator<ListedPair, void, void> {
  for (const { path } of scope.prefixes({ container, path: prefix })) {
    const options = { prefix: path, tags: policy.tags === 'mirror' };
    for await (const pair of pairListings(
      source.listReadings(container, options),
      backup.listReadings(container, options),
    )) {
      if (signal.aborted) return;
      if (scope.includes({ container, path: pair.path })) yield pair;
    }
  }
}

/**
 * A key that both listings show as equal is equal; any other, or one whose listing lacks properties, is
 * examined.
 */
async function examinePair(
  task: Verification,
  key: Key,
  pair: ListedPair,
  signal: AbortSignal,
): Promise<ExaminedKey> {
  if (leavesOutAccess(task, pair) || leavesOutMetadata(pair)) return await examine(task, key, signal);
  const judgement = await compareKey(task, key, pair);
  return judgement.kind === 'equal' || judgement.kind === 'replica'
    ? judgement
    : await examine(task, key, signal);
}

/** A listing without access proves nothing: a change of access changes no ETag. */
function leavesOutAccess({ policy }: Verification, { source, backup }: ListedPair): boolean {
  return policy.acl === 'mirror' && source?.accessUntold === true && backup?.accessUntold === true;
}

/** Listings that leave out metadata names prove nothing about them. */
function leavesOutMetadata({ source, backup }: ListedPair): boolean {
  return source?.metadataUntold === true || backup?.metadataUntold === true;
}

/**
 * For a name that only the backup lists. If the source has it after all, the source's listing shows it too, or it is newer
 * than the listing.
 */
function isOfBackupAlone(examined: ExaminedKey): boolean {
  return examined.kind === 'differs'
    ? examined.differences.some(({ difference }) => difference === 'extra-on-backup')
    : examined.kind === 'kept';
}

function reportDifferences(
  task: Verification,
  counts: VerificationCounts,
  place: Place,
  differences: readonly Difference[],
): void {
  for (const difference of differences) {
    counts.differences++;
    task.found(place, difference);
  }
}

function recordResult(task: Verification, counts: VerificationCounts, key: Key, examined: ExaminedKey): void {
  switch (examined.kind) {
    case 'equal':
      if (!examined.contentProven) counts.contentUnproven++;
      return;
    case 'differs':
      counts.differing++;
      reportDifferences(task, counts, key, examined.differences);
      return;
    case 'still-moving':
      counts.stillMoving++;
      task.stillMoving(key);
      return;
    case 'kept':
      counts.kept++;
      return;
    case 'replica':
      counts.replicas++;
  }
}

/** Container names are few compared with blobs, so they are held in memory. */
async function listBoth({
  source,
  backup,
  scope,
  containers,
}: Verification): Promise<readonly ContainerName[]> {
  const names = new Set<ContainerName>();
  for (const account of [source, backup]) {
    for await (const page of account.listContainers()) {
      for (const name of page)
        if (scope.includesContainer(name) && containers?.has(name) !== false) names.add(name);
    }
  }
  return [...names].toSorted();
}
