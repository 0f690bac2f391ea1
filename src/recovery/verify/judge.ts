import type { Difference } from '../../model/difference.js';
import type { Key } from '../../model/key.js';
import { isSameContent } from '../../model/same-content.js';
import { type BlobView, compareBlobs, isInStep } from './compare-blobs.js';
import { compareContent } from './compare-content.js';
import { createSlots } from './slots.js';
import type { Verification } from './verification.js';

/** What both sides have for one key at about one moment. */
export interface Sides {
  readonly source: BlobView | undefined;
  readonly backup: BlobView | undefined;
}

export type Judgement =
  | { readonly outcome: 'equal'; readonly contentProven: boolean }
  /** `behind`: the mirror does not hold the key for done, so it may only be late. */
  | { readonly outcome: 'differs'; readonly behind: boolean; readonly differences: readonly Difference[] }
  /** Something changed under the reading, or a copy is under way. */
  | { readonly outcome: 'moving' }
  | { readonly outcome: 'kept' }
  | { readonly outcome: 'replica' };

/** Each holds two ranges of content in memory. */
const READS_AT_A_TIME = 8;
const inReadingSlot = createSlots(READS_AT_A_TIME);

/** Compares a key, its content too where that is asked for. Reads nothing but content. */
export async function judge(task: Verification, key: Key, { source, backup }: Sides): Promise<Judgement> {
  if (source?.reading.stamp?.account === task.backup.account) return { outcome: 'replica' };
  if (source === undefined) return judgeWithoutSource(task, backup);
  if (backup === undefined)
    return { outcome: 'differs', behind: true, differences: [{ difference: 'missing-on-backup' }] };
  if (backup.reading.pendingCopy?.stamp?.etag === source.reading.etag) return { outcome: 'moving' };

  const differences = compareBlobs(task.source.account, task.policy, source, backup);
  const behind = !isInStep(task.source.account, source.reading, backup.reading);
  // Bytes of another version are not worth reading; those of a blob that should be the same are.
  const late = behind && differences.length > 0;
  const content = late ? 'unknown' : await judgeContent(task, key, source, backup);
  if (content === 'moved') return { outcome: 'moving' };
  if (typeof content === 'object') differences.push(content);
  return differences.length > 0
    ? { outcome: 'differs', behind, differences }
    : { outcome: 'equal', contentProven: content === 'equal' };
}

function judgeWithoutSource({ policy }: Verification, backup: BlobView | undefined): Judgement {
  if (backup === undefined) return { outcome: 'equal', contentProven: true };
  if (policy.deletes === 'keep') return { outcome: 'kept' };
  return { outcome: 'differs', behind: true, differences: [{ difference: 'extra-on-backup' }] };
}

async function judgeContent(
  task: Verification,
  key: Key,
  { reading: source }: BlobView,
  { reading: backup }: BlobView,
): Promise<'equal' | 'unknown' | 'moved' | Difference> {
  // Told already, as the difference that it is.
  if (task.content === 'none' || source.size !== backup.size) return 'unknown';
  if (source.size === 0) return 'equal';
  if (task.content === 'read' && !source.archived && !backup.archived) {
    const compared = await inReadingSlot(async () => await compareContent(task, key, source, backup));
    if (compared.content !== 'differs') return compared.content;
    return { difference: 'content', name: `byte ${compared.at}` };
  }
  const same = isSameContent(source, backup);
  if (same === undefined) return 'unknown';
  if (same) return 'equal';
  return {
    difference: 'content',
    ...(source.contentMd5 !== undefined && { source: source.contentMd5 }),
    ...(backup.contentMd5 !== undefined && { backup: backup.contentMd5 }),
  };
}
