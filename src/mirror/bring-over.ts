import type { Key } from '../model/key.ts';
import type { BlobPresent } from '../model/reading.ts';
import type { Verdict } from '../model/verdict.ts';
import type { CopyRequest } from '../ports/backup-store.ts';
import type { WriteCondition } from '../ports/write-outcome.ts';
import { type Applied, settle } from './applied.ts';
import type { Decision, MissingAccess } from './decision.ts';
import type { Pair } from './pair.ts';
import { wantedTier } from './policy.ts';
import { stampedMetadata } from './stamped-metadata.ts';

/** Copies under the condition on the backup and the version of the source. */
export async function copy(
  pair: Pair,
  key: Key,
  { source: from, condition, missing, likelySame }: Extract<Decision, { action: 'copy' }>,
): Promise<Applied> {
  const { request, stamped } = await toCopyRequest(pair, key, from, condition);
  const outcome = await pair.backup.copy(request);
  const { engine } = outcome;
  if (outcome.outcome === 'unfinished') return { verdict: { verdict: 'unfinished', engine } };

  const created = 'nothingThere' in condition;
  const copied: Copied = {
    verdict: 'copied',
    created,
    bytes: from.size,
    engine,
    stamped,
    ...(likelySame && { likelySame }),
  };
  if (outcome.outcome !== 'written') return settle(outcome, copied);
  const verdict = await withAccess(pair, key, copied, missing);
  return { verdict, readAgain: created ? 'always' : 'in-a-tree' };
}

type Copied = Extract<Verdict, { verdict: 'copied' }>;

/**
 * Replaces what cannot be overwritten. Where the new version cannot be had, nothing has gone; whoever dies after the old
 * one went leaves a key that the next look copies anew.
 */
export async function replace(
  pair: Pair,
  key: Key,
  { source: from, ifMatch, missing }: Extract<Decision, { action: 'replace' }>,
): Promise<Applied> {
  return await secureFirst(pair, key, { source: from, missing }, async () =>
    settle(await pair.backup.delete(key, ifMatch), REMOVED),
  );
}

/** What becomes of the way once the old one is gone is for the placing to say. */
const REMOVED: Verdict = { verdict: 'deleted' };

/**
 * Brings the new version to the account, lets the old one go, and puts the new one in its place.
 *
 * @param makeWay takes away what is there; a verdict other than `deleted` means that it stays
 */
export async function secureFirst(
  pair: Pair,
  key: Key,
  { source: from, missing }: { readonly source: BlobPresent; readonly missing?: MissingAccess | undefined },
  makeWay: () => Promise<Applied>,
): Promise<Applied> {
  const { request, stamped } = await toCopyRequest(pair, key, from, { nothingThere: true });
  const outcome = await pair.backup.secure(request);
  const { engine } = outcome;
  if (outcome.outcome === 'unfinished') return { verdict: { verdict: 'unfinished', engine } };
  const copied: Copied = { verdict: 'copied', created: false, bytes: from.size, engine, stamped };
  if (outcome.outcome !== 'secured') return settle(outcome, copied);

  const way = await makeWay();
  if (!('verdict' in way) || way.verdict.verdict !== 'deleted') return way;
  const placed = settle(await pair.backup.place(request, outcome.secured), copied, 'always');
  if (!('verdict' in placed) || placed.verdict !== copied) return placed;
  return { ...placed, verdict: await withAccess(pair, key, copied, missing) };
}

async function toCopyRequest(
  { source, policy }: Pair,
  key: Key,
  from: BlobPresent,
  condition: WriteCondition,
): Promise<{ readonly request: CopyRequest; readonly stamped: boolean }> {
  const { metadata, stamped } = stampedMetadata(source.account, from);
  const tagged = policy.tags === 'mirror' && (from.tagCount ?? 0) > 0;
  const tags = tagged ? await source.readTags(key) : {};
  const request = { key, source: from, metadata, condition, tier: wantedTier(policy, from), tags };
  return { request, stamped };
}

/** Whoever dies in between leaves a blob whose access a later look finds out of step. */
async function withAccess(
  pair: Pair,
  key: Key,
  copied: Copied,
  missing: MissingAccess | undefined,
): Promise<Copied> {
  const isLacking = missing !== undefined && (await lacksAccess(pair, key, missing));
  return isLacking ? { ...copied, access: 'not-permitted' } : copied;
}

/** A copy brings neither owner nor list with it. What became of one that is gone again is for the next reading to say. */
async function lacksAccess({ backup }: Pair, key: Key, { access, there }: MissingAccess): Promise<boolean> {
  const outcome = await backup.setAccess(key, access, there);
  return outcome.outcome === 'written' && outcome.access === 'not-permitted';
}
