import { isDeepStrictEqual } from 'node:util';
import type { Key } from '../model/key.js';
import type { BlobPresent } from '../model/reading.js';
import { addStamp, fitsIntoMetadata, type Metadata } from '../model/stamp.js';
import type { SkipReason, Verdict } from '../model/verdict.js';
import type { BackupStore, WriteCondition, WriteOutcome } from '../ports/backup-store.js';
import type { BlobReader } from '../ports/blob-reader.js';
import { type Decision, decideInStep } from './decide.js';
import { type Policy, wantedTier } from './policy.js';
import type { Tree } from './tree.js';

/** What came of a decision: the verdict, or that everything is to be read again, and what was done so far. */
export type Applied =
  | { readonly verdict: Verdict; readonly createdFrom?: BlobPresent }
  | { readonly again: 'somebody moved' | 'the way is clear' | 'there is more'; readonly done?: Verdict };

export interface Pair {
  readonly source: BlobReader;
  readonly backup: BackupStore;
  readonly policy: Policy;
  /** Of hierarchical accounts, which both are or none. */
  readonly tree?: Tree;
}

/** Carries out a decision under its preconditions: every write of content is a compare-and-swap (invariant 3). */
export async function apply(pair: Pair, key: Key, decision: Decision): Promise<Applied> {
  const { source, backup } = pair;
  switch (decision.action) {
    case 'nothing':
      return { verdict: { verdict: 'in-sync' } };

    case 'skip':
      return skipped(decision.reason);

    case 'wait':
      return { verdict: { verdict: 'unfinished', engine: 'copy-blob' } };

    case 'copy':
      return await copy(pair, key, decision.source, decision.condition);

    case 'create-container-and-copy':
      await backup.createContainer(key.container, (await source.readContainer(key.container)) ?? {});
      return await copy(pair, key, decision.source, { nothingThere: true });

    case 'make-way': {
      const outcome = await backup.delete(key, decision.ifMatch);
      return outcome.outcome === 'refused' ? skipped(outcome.reason) : { again: 'the way is clear' };
    }

    case 'restamp':
      return await restamp(pair, key, decision.source, decision.backup);

    case 'set-tier':
      return settle(await backup.setTier(key, decision.tier), { verdict: 'retiered', tier: decision.tier });

    case 'compare-tags': {
      const [wanted, has] = [await source.readTags(key), await backup.readTags(key)];
      if (isDeepStrictEqual(wanted, has)) return { verdict: { verdict: 'in-sync' } };
      return settle(await backup.setTags(key, wanted), { verdict: 'retagged' });
    }

    case 'delete':
      return settle(await backup.delete(key, decision.ifMatch), { verdict: 'deleted' });
  }
}

async function copy(pair: Pair, key: Key, from: BlobPresent, condition: WriteCondition): Promise<Applied> {
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
  const applied = settle(outcome, { verdict: 'copied', created, bytes: from.size, engine, stamped });
  return created && 'verdict' in applied && applied.verdict.verdict === 'copied'
    ? { ...applied, createdFrom: from }
    : applied;
}

/** What an ETag does not stand for, tier and tags, can only be told of a pair in step: then there is more to do. */
async function restamp(
  { source, backup, policy }: Pair,
  key: Key,
  from: BlobPresent,
  onto: BlobPresent,
): Promise<Applied> {
  const { metadata, stamped } = stampedMetadata(source.account, from);
  const outcome = await backup.restamp({
    key,
    headers: isDeepStrictEqual(from.headers, onto.headers) ? undefined : from.headers,
    contentMd5: from.contentMd5,
    metadata,
    ifMatch: onto.etag,
  });
  const done: Verdict = { verdict: 'restamped' };
  return outcome.outcome === 'written' && stamped && decideInStep(from, onto, policy).action !== 'nothing'
    ? { again: 'there is more', done }
    : settle(outcome, done);
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

function settle(outcome: WriteOutcome, verdict: Verdict): Applied {
  switch (outcome.outcome) {
    case 'written':
      return { verdict };
    case 'refused':
      return skipped(outcome.reason);
    case 'backup-moved':
    case 'source-moved':
      return { again: 'somebody moved' };
  }
}

function skipped(reason: SkipReason): Applied {
  return { verdict: { verdict: 'skipped', reason } };
}
