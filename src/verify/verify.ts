/**
 * Recovery: what an owner asks of a backup on the day it is needed, and before. Verify compares both accounts and tells
 * every difference; it trusts neither events nor the queue nor a word of the mirror's, only what the two accounts
 * answer. It must never write to either of them, and never hold more than a few pages of a listing or ranges of
 * content.
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
import { verifyContainer, verifyRoot } from './verify-container.ts';

/** Keys that are in hand together. Most of them wait for their source to come to rest; `examine` bounds the requests. */
const IN_HAND = 1000;
const NEVER = new AbortController().signal;

/**
 * Compares everything in scope. Ends early, without an error, when the signal is given.
 *
 * Requests: one listing of each side for every 5,000 blobs and directories, three for each container, two to four looks
 * for each key that the listings disagree on, or whose access is compared and not listed, or of whose metadata they
 * cannot tell a name, two for the root of a container whose access is compared, and two for every 4 MiB of
 * content that is read.
 *
 * @throws BlobmirrorError of any storage code
 */
export async function verify(
  task: Verification,
  tally: VerificationCounts = createVerificationCounts(),
  signal: AbortSignal = NEVER,
): Promise<VerificationCounts> {
  for (const container of await listBoth(task)) {
    if (signal.aborted) break;
    tally.containers++;
    const { differences, onBothSides } = await verifyContainer(task, container, signal);
    if (signal.aborted) break;
    if (differences.length > 0) tally.differing++;
    reportDifferences(task, tally, { container }, differences);
    if (onBothSides) await verifyBlobs(task, container, tally, signal);
  }
  return tally;
}

async function verifyBlobs(
  task: Verification,
  container: ContainerName,
  tally: VerificationCounts,
  signal: AbortSignal,
): Promise<void> {
  const crew = createWorkerPool(IN_HAND);
  // When the walk fails, the keys that wait for their source to come to rest need wait no longer.
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);

  async function work(pair: ListedPair): Promise<void> {
    const key = { container, path: pair.path };
    const examined = await examinePair(task, key, pair, ended);
    if (ended.aborted && examined.kind !== 'differs') return;
    if (pair.source !== undefined || isOfBackupAlone(examined)) recordResult(task, tally, key, examined);
  }

  async function workOnRoot(): Promise<void> {
    const differences = await verifyRoot(task, container, ended);
    if (differences.length > 0) tally.differing++;
    reportDifferences(task, tally, { container, path: '' }, differences);
  }

  let isRootSeen = task.prefix !== '' || task.policy.acl === 'off';
  try {
    for await (const pair of pairsInScope(task, container, ended)) {
      // That the accounts are hierarchical, the first entry tells.
      if (!isRootSeen && (pair.source ?? pair.backup)?.accessUntold === true)
        await crew.start(async () => {
          await workOnRoot().catch(fail);
        });
      isRootSeen = true;
      if (pair.source !== undefined) tally[isBlobView(pair.source) ? 'blobs' : 'directories']++;
      await crew.start(async () => {
        await work(pair).catch(fail);
      });
    }
  } catch (error) {
    fail(error);
  } finally {
    await crew.finish();
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

/** What two listings agree on is equal; whatever else they say, and what they leave out, is looked into. */
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

/** Such a listing proves nothing: no ETag moves with the access. */
function leavesOutAccess({ policy }: Verification, { source, backup }: ListedPair): boolean {
  return policy.acl === 'mirror' && source?.accessUntold === true && backup?.accessUntold === true;
}

/** Two listings that leave names out agree on whatever these are. */
function leavesOutMetadata({ source, backup }: ListedPair): boolean {
  return source?.metadataUntold === true || backup?.metadataUntold === true;
}

/**
 * Of a name that the backup alone lists. Where the source turns out to have it too, it comes by again among the
 * source's own, or it is younger than the listing.
 */
function isOfBackupAlone(examined: ExaminedKey): boolean {
  return examined.kind === 'differs'
    ? examined.differences.some(({ difference }) => difference === 'extra-on-backup')
    : examined.kind === 'kept';
}

function reportDifferences(
  task: Verification,
  tally: VerificationCounts,
  place: Place,
  differences: readonly Difference[],
): void {
  for (const difference of differences) {
    tally.differences++;
    task.found(place, difference);
  }
}

function recordResult(task: Verification, tally: VerificationCounts, key: Key, examined: ExaminedKey): void {
  switch (examined.kind) {
    case 'equal':
      if (!examined.contentProven) tally.contentUnproven++;
      return;
    case 'differs':
      tally.differing++;
      reportDifferences(task, tally, key, examined.differences);
      return;
    case 'still-moving':
      tally.stillMoving++;
      task.stillMoving(key);
      return;
    case 'kept':
      tally.kept++;
      return;
    case 'replica':
      tally.replicas++;
  }
}

/** An account holds few containers beside its blobs, so their names, unlike those of blobs, are held in memory. */
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
