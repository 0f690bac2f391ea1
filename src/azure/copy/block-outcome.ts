import { BlobmirrorError } from '../../model/errors.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';
import { serviceCode } from '../storage-error.ts';
import { toWriteOutcome, type WriteSides } from '../write-outcome.ts';

/** Does a write of a block or of a block list, and tells what became of it. */
export async function toBlockOutcome(
  sides: WriteSides,
  write: () => Promise<unknown>,
): Promise<WriteOutcome> {
  return await toWriteOutcome(sides, async () => {
    try {
      await write();
    } catch (error) {
      throw serviceCode(error) === 'InvalidBlobOrBlock' ? blocksInTheWay(sides.backup) : error;
    }
  });
}

/** Another program left blocks whose ids are of a length that ours do not have, and the service mixes no lengths. */
export function blocksInTheWay(backup: string): BlobmirrorError {
  return new BlobmirrorError(
    'blocks-in-the-way',
    `on ${backup} lie uncommitted blocks of another program, whose ids are of another length`,
  );
}
