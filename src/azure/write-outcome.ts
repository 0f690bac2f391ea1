import { RestError } from '@azure/storage-blob';
import { BlobmirrorError } from '../model/errors.js';
import type { WriteOutcome } from '../ports/backup-store.js';
import { httpStatus, serviceCode, toStorageError } from './storage-error.js';

/** The accounts that a write on the backup has to do with, by name. */
export interface WriteSides {
  readonly backup: string;
  readonly source: string;
}

/** Does a write on the backup and tells what the service made of its conditions. */
export async function toWriteOutcome(
  sides: WriteSides,
  write: () => Promise<unknown>,
): Promise<WriteOutcome> {
  try {
    await write();
    return { outcome: 'written' };
  } catch (error) {
    const outcome = toRefusal(error);
    if (outcome !== undefined) return outcome;
    if (serviceCode(error) === 'CannotVerifyCopySource') {
      throw new BlobmirrorError(
        'storage-forbidden',
        `${sides.backup} may not read ${sides.source} to copy from it`,
        {
          context: { status: httpStatus(error) },
        },
      );
    }
    throw toStorageError(error, 'write', sides.backup);
  }
}

/**
 * The answers that say that somebody else moved first, on either side, or holds the backup's blob. Codes:
 * learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
 */
function toRefusal(error: unknown): WriteOutcome | undefined {
  if (!(error instanceof RestError)) return undefined;
  switch (`${error.statusCode} ${serviceCode(error)}`) {
    case '412 SourceConditionNotMet':
    case '404 CannotVerifyCopySource':
    // The source went to the archive tier between the reading and the copy.
    case '409 CannotVerifyCopySource':
    case '409 BlobArchived':
      return { outcome: 'source-moved' };
    case '412 ConditionNotMet':
    case '409 BlobAlreadyExists':
    case '404 BlobNotFound':
    case '404 ContainerNotFound':
      return { outcome: 'backup-moved' };
    case '412 LeaseIdMissing':
      return { outcome: 'refused', reason: 'backup-leased' };
    case '409 BlobImmutableDueToPolicy':
      return { outcome: 'refused', reason: 'backup-immutable' };
    default:
      return undefined;
  }
}
