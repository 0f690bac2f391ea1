import type { Difference } from '../api/difference.ts';
import type { Key } from '../model/key.ts';
import { compareAccess, compareBlobs, compareNames, isStampCurrent } from './compare-attributes.ts';
import { compareContent } from './compare-content.ts';
import { type BlobView, type Verification, type KeyView, isBlobView } from './verification.ts';

/** What both sides have for one key at about one moment. */
export interface KeyViews {
  readonly source: KeyView | undefined;
  readonly backup: KeyView | undefined;
}

export type KeyComparison =
  | { readonly kind: 'equal'; readonly contentProven: boolean }
  | { readonly kind: 'differs'; readonly behind: Behind; readonly differences: readonly Difference[] }
  /** Something changed while it was read, or a copy is under way. */
  | { readonly kind: 'moving' }
  | { readonly kind: 'kept' }
  | { readonly kind: 'replica' };

/**
 * `true`: by the stamp, the mirror is not done with the key, so it may only be late. `in-access`: only the
 * access differs. The mirror sets it after everything else, so no stamp shows that it was set.
 */
type Behind = boolean | 'in-access';

/** Compares a key, with its content if the task asks for that. Reads nothing but content. */
export async function compareKey(
  task: Verification,
  key: Key,
  { source, backup }: KeyViews,
): Promise<KeyComparison> {
  if (source && isBlobView(source) && source.reading.stamp?.account === task.backup.account)
    return { kind: 'replica' };
  if (source === undefined) return compareWithoutSource(task, backup);
  if (backup === undefined) return behindBy({ difference: 'missing-on-backup' });

  if (isBlobView(source))
    return isBlobView(backup)
      ? await compareBlobViews(task, key, source, backup)
      : behindBy({ difference: 'resource-type', source: 'file', backup: 'directory' });
  return isBlobView(backup)
    ? behindBy({ difference: 'resource-type', source: 'directory', backup: 'file' })
    : compareDirectories(task, source, backup);
}

function compareWithoutSource({ policy }: Verification, backup: KeyView | undefined): KeyComparison {
  if (backup === undefined) return { kind: 'equal', contentProven: true };
  if (policy.deletes === 'keep') return { kind: 'kept' };
  return behindBy({ difference: 'extra-on-backup' });
}

function behindBy(difference: Difference): KeyComparison {
  return { kind: 'differs', behind: true, differences: [difference] };
}

/** A directory has no stamp that would show that the mirror is done with it. */
function compareDirectories(task: Verification, source: KeyView, backup: KeyView): KeyComparison {
  const differences = compareNames('metadata', source.reading.metadata, backup.reading.metadata);
  return (
    toComparison(differences, true, accessDifferences(task, source, backup)) ?? {
      kind: 'equal',
      contentProven: true,
    }
  );
}

async function compareBlobViews(
  task: Verification,
  key: Key,
  source: BlobView,
  backup: BlobView,
): Promise<KeyComparison> {
  if (backup.reading.pendingCopy?.stamp?.etag === source.reading.etag) return { kind: 'moving' };

  const differences = compareBlobs(task.source.account, task.policy, source, backup);
  const behind = !isStampCurrent(task.source.account, source.reading, backup.reading);
  // If the version is another one, content is not read.
  const late = behind && differences.length > 0;
  const content = late ? 'unknown' : await compareContent(task, key, source.reading, backup.reading);
  if (content === 'moved') return { kind: 'moving' };
  if (typeof content === 'object') differences.push(content);
  return (
    toComparison(differences, behind, accessDifferences(task, source, backup)) ?? {
      kind: 'equal',
      contentProven: content === 'equal',
    }
  );
}

function accessDifferences({ policy }: Verification, source: KeyView, backup: KeyView): Difference[] {
  return policy.acl === 'mirror' ? compareAccess(source.reading.access, backup.reading.access) : [];
}

/** Undefined if there are no differences. */
function toComparison(
  differences: readonly Difference[],
  behind: boolean,
  inAccess: readonly Difference[],
): KeyComparison | undefined {
  const all = [...differences, ...inAccess];
  if (all.length === 0) return undefined;
  return { kind: 'differs', behind: differences.length > 0 ? behind : 'in-access', differences: all };
}
