import type { WriteOutcome } from '../ports/write-outcome.ts';
import { isRefusal, toRefusedOutcome } from './storage-answers.ts';
import { toMeanings, toStorageError } from './storage-error.ts';

/** The accounts that a write on the backup has to do with, by name. */
export interface WriteSides {
  readonly backup: string;
  readonly source: string;
}

/**
 * Does a write on the backup and tells what the service made of its conditions. An error names the account that it
 * came from: the source, where the backup account could not read what it was to copy.
 */
export async function toWriteOutcome(
  sides: WriteSides,
  write: () => Promise<unknown>,
): Promise<WriteOutcome> {
  try {
    await write();
    return { outcome: 'written' };
  } catch (error) {
    const meanings = toMeanings(error);
    if (meanings !== undefined && isRefusal(meanings.write)) return toRefusedOutcome(meanings.write);
    throw toStorageError(error, 'write', meanings?.of === 'source' ? sides.source : sides.backup);
  }
}
