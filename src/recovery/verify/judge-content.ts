import type { Difference } from '../../model/difference.ts';
import type { Key } from '../../model/key.ts';
import type { BlobPresent } from '../../model/reading.ts';
import { isSameContent } from '../../model/same-content.ts';
import { compareContent } from './compare-content.ts';
import { createSlots } from '../../ports/slots.ts';
import type { Verification } from './verification.ts';

/** Each holds two ranges of content in memory. */
const READS_AT_A_TIME = 8;
const inReadingSlot = createSlots(READS_AT_A_TIME);

/** `unknown`: it was not compared. `moved`: one side is no longer what was to be read. */
export async function judgeContent(
  task: Verification,
  key: Key,
  source: BlobPresent,
  backup: BlobPresent,
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
