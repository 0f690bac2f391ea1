import { isSameHeaders } from '../model/content-headers.ts';
import type { Key } from '../model/key.ts';
import type { BlobPresent } from '../model/reading.ts';
import type { Verdict } from '../model/verdict.ts';
import { type Applied, settle } from './applied.ts';
import { copy } from './bring-over.ts';
import { decideInStep } from './decide.ts';
import type { Pair } from './pair.ts';
import { stampedMetadata } from './stamped-metadata.ts';
import { withMissing } from './states.ts';

/**
 * Gives a blob whose content is that of the source, the user's metadata and the stamp: one request, and no bytes are
 * moved. It is a copy instead where the headers differ, since headers and metadata are two writes, and half of them would
 * be a version that neither side ever had; and where nothing may change the metadata of what is there, while an
 * overwrite is allowed as a new version (an immutable backup).
 */
export async function restamp(pair: Pair, key: Key, from: BlobPresent, onto: BlobPresent): Promise<Applied> {
  const { source, backup, policy } = pair;
  const asCopy = async (): Promise<Applied> =>
    await copy(pair, key, {
      action: 'copy',
      source: from,
      condition: { ifMatch: onto.etag },
      ...withMissing(policy, from, onto),
    });
  if (!isSameHeaders(from.headers, onto.headers)) return await asCopy();

  const { metadata, stamped } = stampedMetadata(source.account, from);
  const outcome = await backup.restamp({ key, metadata, ifMatch: onto.etag });
  if (outcome.outcome === 'refused' && outcome.reason === 'backup-immutable') return await asCopy();
  const done: Verdict = { verdict: 'restamped' };
  // What an ETag does not stand for, tier and tags, can only be told of a pair in step: then there is more to do.
  return outcome.outcome === 'written' && stamped && decideInStep(from, onto, policy).action !== 'nothing'
    ? { again: 'there is more', done }
    : settle(outcome, done, 'in-a-tree');
}
