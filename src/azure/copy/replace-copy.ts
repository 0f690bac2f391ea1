import { blobClient } from '../blob/blob-client.ts';
import { chooseEngine } from './choose-engine.ts';
import type { CopyEngine, CopySetup } from './copy-engine.ts';
import { createCopySources } from './copy-source.ts';
import { type FoundCopy, findCopy, isWholeCopy, removeCopy, stagingKey } from './staged-copies.ts';
import { createStreamed } from './streamed.ts';
import { toWriteOutcome } from '../errors/storage-error.ts';
import type { TimeBudget } from '../../concurrency/deadline.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import type { Key } from '../../model/key.ts';
import { STAMP_NAME, unfinishedBytes } from '../../model/stamp.ts';
import type { CopyOutcome, CopyRequest, SecureOutcome, Secured } from '../../ports/backup-store.ts';
import type { WriteCondition, WriteOutcome } from '../../ports/write-outcome.ts';

export interface ReplaceCopy {
  secure(request: CopyRequest, budget: TimeBudget): Promise<SecureOutcome>;
  place(request: CopyRequest, secured: Secured, budget: TimeBudget): Promise<WriteOutcome>;
  /** The same over what a condition names. */
  placeUnder(
    condition: WriteCondition,
    request: CopyRequest,
    secured: Secured,
    budget: TimeBudget,
  ): Promise<WriteOutcome>;
}

const OF_TWO_KINDS = { kind: 'refused', reason: 'backup-versions-of-another-kind' } as const;

/** Retries once a copy that an earlier worker staged and that is unfinished or damaged. */
const MAX_ROUNDS = 3;

/**
 * Replaces what cannot be overwritten in steps, with the deletion of the old blob in between. The new version
 * is first copied to a staging path: a kind that the account refuses, or a source that is gone, is found out
 * while the old blob still exists. It then gets its key by a copy within the account, or on a hierarchical
 * account by a rename.
 *
 * A worker that dies leaves the staged copy, which the next worker uses, or which is removed after an hour.
 * One that dies after the old blob was deleted leaves the key without a blob until the next check, which
 * copies from the source.
 *
 * Costs: staging takes the copy and a read of it; placing takes another copy and a deletion, or a rename.
 * What is copied in blocks takes one more read: the service refuses a block list for a blob that exists, but
 * not its blocks. So does a blob on an account that keeps versions.
 *
 * @param copy makes a copy by whatever engine
 */
export function createReplaceCopy(setup: CopySetup, copy: CopyEngine): ReplaceCopy {
  const { backup, directories, options } = setup;
  // Both ends are on the backup. Content that was compared with the source is not compared again.
  const within = { ...setup, source: backup, copySources: createCopySources(backup) };
  let isFlat: boolean | undefined;
  /** Learned from a staged copy: a blob older than the setting does not show it. */
  let keepsVersions = false;
  const copyWithin = chooseEngine({ ...within, options: { ...options, verify: 'service' } });
  const streamWithin = createStreamed(within);

  async function secure(request: CopyRequest, budget: TimeBudget): Promise<SecureOutcome> {
    const { key, from = key } = request;
    const at = stagingKey(request);
    let engine = 'none';
    if (keepsVersions && (await isOfAnotherKind(request))) return { ...OF_TWO_KINDS, engine };
    const before = mayComeInBlocks(request) ? await find(at) : undefined;
    if (before !== undefined && isWholeCopy(before, request))
      return await toSecured(request, at, before, engine);
    let condition: WriteCondition = before === undefined ? { nothingThere: true } : { ifMatch: before.etag };
    for (let round = 0; round < MAX_ROUNDS; round++) {
      // The copy gets tier and tags when it is placed: a cheap tier costs when it is left early, and an
      // archived blob cannot be copied.
      const made = await copy({ ...request, key: at, from, condition, tier: undefined, tags: {} }, budget);
      ({ engine } = made);
      if (made.kind !== 'written' && made.kind !== 'backup-precondition-failed') return { ...made, engine };
      const found = await find(at);
      if (found === undefined) break;
      if (found.copy === 'pending') return { kind: 'unfinished', engine };
      // Without a stamp, only the answer to the copy tells whether it is complete.
      const isSure = made.kind === 'written' || STAMP_NAME in request.metadata;
      if (isSure && isWholeCopy(found, request)) return await toSecured(request, at, found, engine);
      condition = { ifMatch: found.etag };
    }
    return { kind: 'backup-precondition-failed', engine };
  }

  /** A blob without a stamp does not show which copy it is. */
  function mayComeInBlocks({ source: { kind, size }, metadata }: CopyRequest): boolean {
    const least = Math.min(options.largestInOneRequest, options.streamedBlock.size);
    return kind === 'block' && size > least && STAMP_NAME in metadata;
  }

  async function toSecured(
    request: CopyRequest,
    at: Key,
    staged: FoundCopy,
    engine: string,
  ): Promise<SecureOutcome> {
    keepsVersions = staged.isVersioned;
    if (keepsVersions && (await isOfAnotherKind(request))) {
      await removeCopy(backup, at, staged.etag);
      return { ...OF_TWO_KINDS, engine };
    }
    await keepAccess(request.key, at, staged);
    return { kind: 'secured', secured: { key: at, etag: staged.etag }, engine };
  }

  /**
   * Once the old blob is deleted it would be a version, and nothing of the new kind could be written in its
   * place.
   */
  async function isOfAnotherKind({ key, source }: CopyRequest): Promise<boolean> {
    const old = await findCopy(backup, key);
    return old !== undefined && old.kind !== source.kind;
  }

  /** Also reads the kind of the account: on a flat one nothing has access of its own. */
  async function find(key: Key): Promise<FoundCopy | undefined> {
    const found = await findCopy(backup, key);
    if (found !== undefined) isFlat = found.access === undefined;
    return found;
  }

  /** An overwritten file keeps its owner and access control list, so a replaced one does too. */
  async function keepAccess(key: Key, at: Key, staged: FoundCopy): Promise<void> {
    if (staged.access === undefined) return;
    const old = await findCopy(backup, key);
    if (old?.access !== undefined && old.kind !== 'directory')
      await directories.setAccess(at, old.access, staged.access);
  }

  const place: ReplaceCopy['place'] = async (request, secured, budget) =>
    await placeUnder({ nothingThere: true }, request, secured, budget);

  const placeUnder: ReplaceCopy['placeUnder'] = async (condition, request, secured, budget) => {
    if (isFlat === undefined && (await find(secured.key)) === undefined)
      return { kind: 'backup-precondition-failed' };
    return isFlat === true
      ? await copyToPlace({ ...request, condition }, secured, budget)
      : await renameToPlace({ ...request, condition }, secured);
  };

  async function copyToPlace(
    request: CopyRequest,
    { key: from, etag }: Secured,
    budget: TimeBudget,
  ): Promise<WriteOutcome> {
    const source = { ...request.source, etag };
    const wanted = { ...request, from, source };
    let copied = await copyWithin(wanted, budget).catch(toUnread);
    // The service could not read the staged copy, and it is there: stream it, since the old blob is deleted.
    if (copied.kind === 'source-precondition-failed' && (await find(from))?.etag === etag)
      copied = await streamWithin(wanted, budget);
    if (copied.kind === 'refused') return { kind: 'refused', reason: copied.reason };
    // Otherwise the service is still copying, which the next reading shows, or the staged copy is gone.
    if (copied.kind !== 'written') return { kind: 'backup-precondition-failed' };
    await removeCopy(backup, from, etag);
    return { kind: 'written' };
  }

  async function renameToPlace(
    { key, tier, condition }: CopyRequest,
    { key: from, etag }: Secured,
  ): Promise<WriteOutcome> {
    const outcome = await directories.rename({ from, to: key, ifMatch: etag, condition });
    if (outcome.kind !== 'written' || tier === undefined) return outcome;
    // The ETag does not cover the tier: if the worker dies before this, the next check of the key sets it.
    return await setup.tiers.try(tier, async (wanted) =>
      wanted === undefined
        ? outcome
        : await toWriteOutcome({ backup: backup.name, source: backup.name }, () =>
            blobClient(backup, key).setAccessTier(wanted),
          ),
    );
  }

  return { secure, place, placeUnder };
}

/** A firewall that blocks the account's own service (Azure/azure-storage-azcopy#721) allows this process. */
function toUnread(error: unknown): CopyOutcome {
  if (!(error instanceof BlobmirrorError) || error.context['service'] !== 'CannotVerifyCopySource')
    throw error;
  return { kind: 'source-precondition-failed', engine: 'none' };
}

/**
 * Copies that count only after comparison, and never cost the version that they replace: the copy is staged
 * and compared, and replaces the old blob only when it is equal. One that differs is deleted, and the old
 * blob is still there. Where the account keeps versions the old one stays readable anyway, and the copy is
 * compared at its key.
 *
 * On a flat account the placed blob is a copy within the account, whose length, and MD5 where it has one, the
 * service proves; it is not read back once more. On a hierarchical account it is the very file that was read
 * back.
 *
 * Costs, besides the comparison: a read of what is there, and staging and placing the copy.
 */
export function compareBeforeReplacing(
  { backup }: CopySetup,
  compared: CopyEngine,
  replacing: ReplaceCopy,
): CopyEngine {
  return async (request, budget) => {
    const { key, condition } = request;
    if ('nothingThere' in condition) return await compared(request, budget);
    const there = await findCopy(backup, key);
    if (there?.etag !== condition.ifMatch) return { kind: 'backup-precondition-failed', engine: 'none' };
    if (there.isVersioned || isBeingCompared(there, request)) return await compared(request, budget);
    const outcome = await replacing.secure(request, budget);
    if (outcome.kind !== 'secured') return outcome;
    const { secured, engine } = outcome;
    return { ...(await replacing.placeUnder(condition, request, secured, budget)), engine };
  };
}

/** A comparison that another call began at the key itself, where no blob existed. */
function isBeingCompared({ mark }: FoundCopy, { metadata }: CopyRequest): boolean {
  if (mark === undefined) return false;
  return unfinishedBytes({ [STAMP_NAME]: mark }, 'unverified', metadata) !== undefined;
}
