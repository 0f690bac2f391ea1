import type { StoredBlob } from '../memory/memory-entry.ts';
import { splitStamp } from '../../src/model/stamp.ts';

/** Whether a blob of the backup has no stamp. In these worlds no copy is left unfinished. */
export function isForeignBlob(blob: StoredBlob): boolean {
  return splitStamp(blob.metadata ?? {}).stamp === undefined;
}
