import type { Key } from '../model/key.ts';
import type { WriteCondition } from '../ports/write-outcome.ts';
import type { MemoryState } from './memory-state.ts';

/** Whether what is at a key now is what a write asks for. */
export function holds(state: MemoryState, key: Key, condition: WriteCondition): boolean {
  const now = state.entry(key);
  return 'nothingThere' in condition ? now === undefined : now?.etag === condition.ifMatch;
}
