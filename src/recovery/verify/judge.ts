import type { Difference } from '../../model/difference.ts';
import type { Key } from '../../model/key.ts';
import { compareAccess } from './compare-access.ts';
import { compareBlobs, isInStep } from './compare-blobs.ts';
import { compareNames } from './compare-names.ts';
import { judgeContent } from './judge-content.ts';
import type { Verification } from './verification.ts';
import { type BlobView, isBlobView, type View } from './view.ts';

/** What both sides have for one key at about one moment. */
export interface Sides {
  readonly source: View | undefined;
  readonly backup: View | undefined;
}

export type Judgement =
  | { readonly outcome: 'equal'; readonly contentProven: boolean }
  | { readonly outcome: 'differs'; readonly behind: Behind; readonly differences: readonly Difference[] }
  /** Something changed under the reading, or a copy is under way. */
  | { readonly outcome: 'moving' }
  | { readonly outcome: 'kept' }
  | { readonly outcome: 'replica' };

/**
 * `true`: the mirror does not hold the key for done, so it may only be late. `in-access`: nothing but the access
 * differs. The mirror sets that after it has written all else, so no stamp says that it was done.
 */
type Behind = boolean | 'in-access';

/** Compares a key, its content too where that is asked for. Reads nothing but content. */
export async function judge(task: Verification, key: Key, { source, backup }: Sides): Promise<Judgement> {
  if (source && isBlobView(source) && source.reading.stamp?.account === task.backup.account)
    return { outcome: 'replica' };
  if (source === undefined) return judgeWithoutSource(task, backup);
  if (backup === undefined) return behindBy({ difference: 'missing-on-backup' });

  if (isBlobView(source))
    return isBlobView(backup)
      ? await judgeBlobs(task, key, source, backup)
      : behindBy({ difference: 'resource-type', source: 'file', backup: 'directory' });
  return isBlobView(backup)
    ? behindBy({ difference: 'resource-type', source: 'directory', backup: 'file' })
    : judgeDirectories(task, source, backup);
}

function judgeWithoutSource({ policy }: Verification, backup: View | undefined): Judgement {
  if (backup === undefined) return { outcome: 'equal', contentProven: true };
  if (policy.deletes === 'keep') return { outcome: 'kept' };
  return behindBy({ difference: 'extra-on-backup' });
}

function behindBy(difference: Difference): Judgement {
  return { outcome: 'differs', behind: true, differences: [difference] };
}

/** A directory bears no stamp by which the mirror could hold it for done. */
function judgeDirectories(task: Verification, source: View, backup: View): Judgement {
  const differences = compareNames('metadata', source.reading.metadata, backup.reading.metadata);
  return (
    judgeDifferences(differences, true, accessDifferences(task, source, backup)) ?? {
      outcome: 'equal',
      contentProven: true,
    }
  );
}

async function judgeBlobs(
  task: Verification,
  key: Key,
  source: BlobView,
  backup: BlobView,
): Promise<Judgement> {
  if (backup.reading.pendingCopy?.stamp?.etag === source.reading.etag) return { outcome: 'moving' };

  const differences = compareBlobs(task.source.account, task.policy, source, backup);
  const behind = !isInStep(task.source.account, source.reading, backup.reading);
  // Bytes of another version are not worth reading; those of a blob that should be the same are.
  const late = behind && differences.length > 0;
  const content = late ? 'unknown' : await judgeContent(task, key, source.reading, backup.reading);
  if (content === 'moved') return { outcome: 'moving' };
  if (typeof content === 'object') differences.push(content);
  return (
    judgeDifferences(differences, behind, accessDifferences(task, source, backup)) ?? {
      outcome: 'equal',
      contentProven: content === 'equal',
    }
  );
}

function accessDifferences({ policy }: Verification, source: View, backup: View): Difference[] {
  return policy.acl === 'mirror' ? compareAccess(source.reading.access, backup.reading.access) : [];
}

/** Undefined when there are none. */
function judgeDifferences(
  differences: readonly Difference[],
  behind: boolean,
  inAccess: readonly Difference[],
): Judgement | undefined {
  const all = [...differences, ...inAccess];
  if (all.length === 0) return undefined;
  return { outcome: 'differs', behind: differences.length > 0 ? behind : 'in-access', differences: all };
}
