import { isDeepStrictEqual } from 'node:util';
import { TIME_BUDGETS } from '../concurrency/time-budget.ts';
import { convergeAncestors, isAllowedForAncestor, prepareParent } from './ancestors.ts';
import { applyToDirectory } from './apply-directory.ts';
import { makeContainer } from './converge-container.ts';
import { accountsOf, decide, isForeign, ownershipOf } from './decide.ts';
import type { Decision, MirrorAccounts } from './decision.ts';
import type { KeyCheck, MirrorContext, Tree } from './mirror-context.ts';
import {
  type ApplyResult,
  copyBlob,
  replaceBlob,
  restampBlob,
  toApplyResult,
  skippedResult,
} from './write-blob.ts';
import { isSameAccess } from '../model/access.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { type Key, keyText } from '../model/key.ts';
import { type Reading, isBlob, isDirectory } from '../model/reading.ts';
import { type Verdict, isOfDirectory } from '../model/verdict.ts';
import type { BlobReader } from '../ports/blob-reader.ts';

/** Rounds of one check: each failed precondition takes another. Then the key is left to a later message. */
const MAX_ROUNDS = 10;

/**
 * Makes the backup agree with the source for one key. It never asks what happened: it reads both accounts and compares,
 * so events may be late, doubled, out of order or lost, and the result is the same.
 *
 * Requests: in sync 2, overwrite 3, delete 3, new 4. Two more for the first blob of a container, and for tags. As many
 * again for each lost race. A long copy takes two for each part. On hierarchical accounts: one more for the access of
 * something new, and two for a directory above it that was not read lately.
 *
 * @throws BlobmirrorError of any storage code, or `race-lost` if the key kept changing
 */
export async function converge(base: MirrorContext, key: Key, check: KeyCheck = {}): Promise<Verdict> {
  const context = check.deleteForeign === true ? withForeignDeletes(base) : base;
  const { source, backup, policy, tree } = context;
  const accounts = accountsOf(context);
  const lastStart = performance.now() + TIME_BUDGETS.prelude;
  let done: Verdict | undefined;
  let { since } = check;
  let round = 0;
  for (; round < MAX_ROUNDS && performance.now() <= lastStart; round++) {
    // Invariant 2: the backup first. The ETag in the condition of a write is then never newer than the reading of the
    // source, so the write fails if the blob was mirrored in between.
    const onBackup = await backup.read(key);
    const onSource = await source.read(key);
    const decision = decide(accounts, onSource, onBackup, policy);
    const isLeft = check.isAncestor === true && !isAllowedForAncestor(decision);

    const isNew = !isLeft && (isOfSomethingNew(decision) || isOverForeign(accounts, decision, onBackup));
    if (isNew && isWithoutContainer(onBackup)) await makeContainer(context, key.container);
    if (tree !== undefined && isNew) {
      // A later round does not rely on the known directories: they may be why the first one failed.
      const parent = await prepareParent(tree, key, { isSure: round === 0 });
      if (parent === 'source-changed') continue;
      if (parent !== 'ready') return parent;
      // The write also recreates directories above that were deleted meanwhile: earlier readings say nothing of those.
      since = undefined;
    }
    const applied = isLeft ? NOT_APPLIED : await apply(context, key, decision, check);
    if ('retry' in applied) {
      done = applied.done ?? done;
      continue;
    }
    done = summarize(done, applied.verdict);
    // Invariant 5: If-None-Match: * cannot tell "never there" from "deleted meanwhile", so the source is read once more
    // after a blob was created. On hierarchical accounts after every write: a rename can bring an ETag back to a path, so
    // a delete that was delayed for that long would still meet its condition.
    const isReadAgain =
      applied.readAgain === 'always' || (applied.readAgain !== undefined && tree !== undefined);
    if (isReadAgain && (await hasMoved(source, key, onSource))) continue;
    if (tree !== undefined) await updateTree(tree, key, onSource, done, since);
    return done;
  }
  throw new BlobmirrorError('race-lost', `${keyText(key)} kept changing; gave up after ${round} attempts`);
}

/** The user permits deleting foreign blobs. */
function withForeignDeletes(context: MirrorContext): MirrorContext {
  return { ...context, policy: { ...context.policy, foreign: 'delete' } };
}

const NOT_APPLIED: ApplyResult = { verdict: { verdict: 'in-sync' } };

function isOfSomethingNew(decision: Decision): boolean {
  switch (decision.action) {
    case 'copy':
      return 'nothingThere' in decision.condition;
    case 'make-directory':
      return true;
    default:
      return false;
  }
}

/** A foreign blob may be in a directory that was never converged. */
function isOverForeign(accounts: MirrorAccounts, decision: Decision, onBackup: Reading): boolean {
  const isWritten = decision.action === 'copy' || decision.action === 'replace';
  return isWritten && isBlob(onBackup) && isForeign(ownershipOf(accounts, onBackup));
}

function isWithoutContainer(reading: Reading): boolean {
  return !reading.present && reading.container === 'missing';
}

/** Records a directory that is in step, or converges those above a key that the source lacks. */
async function updateTree(
  tree: Tree,
  key: Key,
  source: Reading,
  verdict: Verdict,
  since: Date | undefined,
): Promise<void> {
  if (isDirectory(source)) {
    if (isOfDirectory(verdict)) tree.known.record(key, source.readAt);
  } else if (!source.present && source.container === 'exists') {
    await convergeAncestors(tree, key, since);
  }
}

async function hasMoved(source: BlobReader, key: Key, since: Reading): Promise<boolean> {
  const now = await source.read(key);
  if (!now.present || !since.present) return now.present !== since.present;
  return now.etag !== since.etag || !isSameAccess(now.access, since.access);
}

/**
 * The verdict of several rounds: `in-sync` does not replace what an earlier round did, and a directory that was made
 * again stays `directory-returned`, since its content must be copied again.
 */
function summarize(earlier: Verdict | undefined, latest: Verdict): Verdict {
  if (earlier === undefined) return latest;
  const isReturned = earlier.verdict === 'directory-returned' && isOfDirectory(latest);
  return latest.verdict === 'in-sync' || isReturned ? earlier : latest;
}

/** Applies a decision under its preconditions: every write of content is a compare-and-swap (invariant 3). */
export async function apply(
  context: MirrorContext,
  key: Key,
  decision: Decision,
  { isAncestor }: Pick<KeyCheck, 'isAncestor'> = {},
): Promise<ApplyResult> {
  const { source, backup } = context;
  switch (decision.action) {
    case 'nothing':
      return { verdict: { verdict: 'in-sync', ...(decision.isDirectory && { isDirectory: true }) } };

    case 'skip':
      return skippedResult(decision.reason);

    case 'wait':
      return { verdict: { verdict: 'unfinished', engine: 'copy-blob' } };

    case 'copy':
      return await copyBlob(context, key, decision);

    case 'replace':
      return await replaceBlob(context, key, decision);

    case 'delete-other-kind': {
      const outcome = await backup.delete(key, decision.ifMatch, 'replaced');
      return outcome.kind === 'refused' ? skippedResult(outcome.reason) : { retry: 'retry-after-delete' };
    }

    case 'restamp':
      return await restampBlob(context, key, decision.source, decision.backup);

    case 'set-tier':
      return toApplyResult(await backup.setTier(key, decision.tier), {
        verdict: 'retiered',
        tier: decision.tier,
      });

    case 'set-access': {
      const outcome = await backup.setAccess(key, decision.access, decision.there);
      const about = decision.isDirectory && ({ isDirectory: true } as const);
      return outcome.kind === 'written' && outcome.access === 'not-permitted'
        ? { verdict: { verdict: 'skipped', reason: 'access-not-permitted', ...about } }
        : toApplyResult(outcome, { verdict: 'access-set', ...about }, 'in-a-tree');
    }

    case 'compare-tags': {
      const [wanted, has] = [await source.readTags(key), await backup.readTags(key)];
      if (isDeepStrictEqual(wanted, has)) return { verdict: { verdict: 'in-sync' } };
      return toApplyResult(await backup.setTags(key, wanted), { verdict: 'retagged' });
    }

    case 'delete':
      return toApplyResult(
        await backup.delete(key, decision.ifMatch, 'absent-at-source'),
        { verdict: 'deleted' },
        'in-a-tree',
      );

    default:
      return await applyToDirectory(context, key, decision, { onlyEmpty: isAncestor === true });
  }
}
