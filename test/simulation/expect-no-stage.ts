import type { StoredBlob } from '../memory/memory-entry.ts';
import { type Key, keyText } from '../../src/model/key.ts';
import { splitStamp } from '../../src/model/stamp.ts';
import { Violation } from './violation.ts';

/** As long as an upload may take: docs/semantics.md, "A blob that is still being written". */
const STAGE_MS = 3_600_000;

/**
 * Content is not replaced by an empty version that was just created: its writer may not be done.
 *
 * @throws Violation
 */
export function expectNoStage(key: Key, before: StoredBlob, after: StoredBlob, now: Date): void {
  const { stamp } = splitStamp(after.metadata ?? {});
  if (before.content === '' || after.content !== '' || stamp === undefined) return;
  const ageMs = now.getTime() - stamp.lastModified.getTime();
  if (ageMs >= STAGE_MS) return;
  throw new Violation(
    'an older version gave way to an empty stage',
    `${keyText(key)} had ${JSON.stringify(before.content)}, and was emptied after ${ageMs} ms`,
  );
}
