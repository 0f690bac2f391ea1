import { isDeepStrictEqual } from 'node:util';
import type { Key } from '../model/key.js';
import { isSameHeaders } from '../model/content-headers.js';
import type { BlobPresent } from '../model/reading.js';
import { addStamp, fitsIntoMetadata, type Metadata } from '../model/stamp.js';
import type { Verdict } from '../model/verdict.js';
import { type Applied, settle, skipped } from './applied.js';
import { applyToDirectory } from './apply-directory.js';
import { decideInStep } from './decide.js';
import type { Look } from './look.js';
import type { Decision, MissingAccess } from './decision.js';
import type { Pair } from './pair.js';
import { wantedTier } from './policy.js';

/** Carries out a decision under its preconditions: every write of content is a compare-and-swap (invariant 3). */
export async function apply(
  pair: Pair,
  key: Key,
  decision: Decision,
  { isAbove }: Pick<Look, 'isAbove'> = {},
): Promise<Applied> {
  const { source, backup } = pair;
  switch (decision.action) {
    case 'nothing':
      return { verdict: { verdict: 'in-sync', ...(decision.isDirectory && { isDirectory: true }) } };

    case 'skip':
      return skipped(decision.reason);

    case 'wait':
      return { verdict: { verdict: 'unfinished', engine: 'copy-blob' } };

    case 'copy':
      return await copy(pair, key, decision);

    case 'make-way': {
      const outcome = await backup.delete(key, decision.ifMatch);
      return outcome.outcome === 'refused' ? skipped(outcome.reason) : { again: 'the way is clear' };
    }

    case 'restamp':
      return await restamp(pair, key, decision.source, decision.backup);

    case 'set-tier':
      return settle(await backup.setTier(key, decision.tier), { verdict: 'retiered', tier: decision.tier });

    case 'set-access': {
      const outcome = await backup.setAccess(key, decision.access, decision.there);
      const about = decision.isDirectory && ({ isDirectory: true } as const);
      return outcome.outcome === 'written' && outcome.access === 'not-permitted'
        ? { verdict: { verdict: 'skipped', reason: 'access-not-permitted', ...about } }
        : settle(outcome, { verdict: 'access-set', ...about }, 'in-a-tree');
    }

    case 'compare-tags': {
      const [wanted, has] = [await source.readTags(key), await backup.readTags(key)];
      if (isDeepStrictEqual(wanted, has)) return { verdict: { verdict: 'in-sync' } };
      return settle(await backup.setTags(key, wanted), { verdict: 'retagged' });
    }

    case 'delete':
      return settle(await backup.delete(key, decision.ifMatch), { verdict: 'deleted' }, 'in-a-tree');

    default:
      return await applyToDirectory(pair, key, decision, { onlyEmpty: isAbove === true });
  }
}

async function copy(
  pair: Pair,
  key: Key,
  { source: from, condition, missing }: Extract<Decision, { action: 'copy' }>,
): Promise<Applied> {
  const { source, backup, policy } = pair;
  const { metadata, stamped } = stampedMetadata(source.account, from);
  const tagged = policy.tags === 'mirror' && (from.tagCount ?? 0) > 0;
  const outcome = await backup.copy({
    key,
    source: from,
    metadata,
    condition,
    tier: wantedTier(policy, from),
    tags: tagged ? await source.readTags(key) : {},
  });
  const { engine } = outcome;
  if (outcome.outcome === 'unfinished') return { verdict: { verdict: 'unfinished', engine } };

  const created = 'nothingThere' in condition;
  const copied: Verdict = { verdict: 'copied', created, bytes: from.size, engine, stamped };
  if (outcome.outcome !== 'written') return settle(outcome, copied);
  // Whoever dies in between leaves a blob whose access a later look finds out of step.
  const isLacking = missing !== undefined && (await lacksAccess(pair, key, missing));
  const verdict: Verdict = isLacking ? { ...copied, access: 'not-permitted' } : copied;
  return { verdict, readAgain: created ? 'always' : 'in-a-tree' };
}

/** A copy brings neither owner nor list with it. What became of one that is gone again is for the next reading to say. */
async function lacksAccess({ backup }: Pair, key: Key, { access, there }: MissingAccess): Promise<boolean> {
  const outcome = await backup.setAccess(key, access, there);
  return outcome.outcome === 'written' && outcome.access === 'not-permitted';
}

/** What an ETag does not stand for, tier and tags, can only be told of a pair in step: then there is more to do. */
async function restamp(
  { source, backup, policy, tree }: Pair,
  key: Key,
  from: BlobPresent,
  onto: BlobPresent,
): Promise<Applied> {
  const { metadata, stamped } = stampedMetadata(source.account, from);
  const areSameHeaders = isSameHeaders(from.headers, onto.headers);
  if (tree !== undefined && !areSameHeaders && onto.stamp !== undefined) {
    // Headers and stamp are two requests. Half of them is stale by its old stamp, but for a tree, where a rename may bring
    // the version back that it names: there the old stamp goes first.
    const { contentMd5, etag: ifMatch } = onto;
    const unstamped = { key, headers: undefined, contentMd5, metadata: onto.metadata, ifMatch };
    const outcome = await backup.restamp(unstamped);
    return outcome.outcome === 'written'
      ? { again: 'the way is clear' }
      : settle(outcome, { verdict: 'restamped' });
  }
  const outcome = await backup.restamp({
    key,
    headers: areSameHeaders ? undefined : from.headers,
    contentMd5: from.contentMd5,
    metadata,
    ifMatch: onto.etag,
  });
  const done: Verdict = { verdict: 'restamped' };
  return outcome.outcome === 'written' && stamped && decideInStep(from, onto, policy).action !== 'nothing'
    ? { again: 'there is more', done }
    : settle(outcome, done, 'in-a-tree');
}

/**
 * The user's metadata and the stamp. Where the user's own leaves no room, it goes without: the copy is whole, no later
 * look can take it for one in step, and each copies it anew.
 */
function stampedMetadata(account: string, source: BlobPresent): { metadata: Metadata; stamped: boolean } {
  const { etag, lastModified } = source;
  const metadata = addStamp(source.metadata, { account, etag, lastModified });
  return fitsIntoMetadata(metadata)
    ? { metadata, stamped: true }
    : { metadata: source.metadata, stamped: false };
}
