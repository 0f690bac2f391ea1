import type { StoredBlob } from '../memory/memory-entry.ts';
import { splitStamp } from '../../src/model/stamp.ts';

/** Whether a blob of the backup bears no stamp. In these worlds none is left unfinished. */
export function isForeignBlob(blob: StoredBlob): boolean {
  return splitStamp(blob.metadata ?? {}).stamp === undefined;
}
