import { isDeepStrictEqual } from 'node:util';
import type { Key } from '../model/key.js';
import type { BlobPresent } from '../model/reading.js';
import { addStamp, type Metadata } from '../model/stamp.js';
import type { Verdict } from '../model/verdict.js';
import type { BackupStore, WriteOutcome } from '../ports/backup-store.js';
import type { BlobReader } from '../ports/blob-reader.js';
import type { Decision } from './decide.js';

/** What came of a decision: the verdict, or that somebody else moved first and everything is to be read again. */
export type Applied =
  | { readonly verdict: Verdict; readonly createdFrom?: BlobPresent }
  | { readonly lostTo: 'source' | 'backup' };

/** Carries out a decision under its preconditions: every write is a compare-and-swap (invariant 3). */
export async function apply(
  source: BlobReader,
  backup: BackupStore,
  key: Key,
  decision: Decision,
): Promise<Applied> {
  switch (decision.action) {
    case 'nothing':
      return { verdict: { verdict: 'in-sync' } };

    case 'skip':
      return { verdict: { verdict: 'skipped', reason: decision.reason } };

    case 'copy': {
      const created = 'nothingThere' in decision.condition;
      const outcome = await backup.copy({
        key,
        source: decision.source,
        metadata: stamped(source.account, decision.source),
        condition: decision.condition,
      });
      return settle(outcome, {
        verdict: { verdict: 'copied', created, bytes: decision.source.size },
        ...(created && { createdFrom: decision.source }),
      });
    }

    case 'create-container-and-copy':
      await backup.createContainer(key.container, (await source.readContainer(key.container)) ?? {});
      return await apply(source, backup, key, {
        action: 'copy',
        source: decision.source,
        condition: { nothingThere: true },
      });

    case 'restamp': {
      const { source: from, backup: onto } = decision;
      const outcome = await backup.restamp({
        key,
        headers: isDeepStrictEqual(from.headers, onto.headers) ? undefined : from.headers,
        contentMd5: from.contentMd5,
        metadata: stamped(source.account, from),
        ifMatch: onto.etag,
      });
      return settle(outcome, { verdict: { verdict: 'restamped' } });
    }

    case 'delete':
      return settle(await backup.delete(key, decision.ifMatch), { verdict: { verdict: 'deleted' } });
  }
}

function stamped(account: string, source: BlobPresent): Metadata {
  return addStamp(source.metadata, { account, etag: source.etag, lastModified: source.lastModified });
}

function settle(outcome: WriteOutcome, applied: Applied): Applied {
  switch (outcome.outcome) {
    case 'written':
      return applied;
    case 'backup-moved':
      return { lostTo: 'backup' };
    case 'source-moved':
      return { lostTo: 'source' };
  }
}
