import type { AzuriteError, Context } from './azurite-model.ts';
import { isAzuriteError, storageError } from './storage-error.ts';

/**
 * What Azure answers to a copy when reading its source would be answered with this error. A read that finds a
 * condition unmet says 304 or 412, a copy always 412; every other refusal is `CannotVerifyCopySource` with the
 * status of the read.
 */
export function toCopySourceError(error: unknown, context: Context): unknown {
  if (!isAzuriteError(error)) return error;
  return copySourceError(context, error.statusCode, error.storageErrorMessage);
}

export function copySourceError(context: Context, readStatus: number, message: string): AzuriteError {
  if (readStatus === 304 || readStatus === 412)
    return storageError(
      context,
      412,
      'SourceConditionNotMet',
      'The source condition specified using HTTP conditional header(s) is not met.',
    );
  if (readStatus === 404)
    return storageError(context, 404, 'CannotVerifyCopySource', 'The specified resource does not exist.');
  if (readStatus === 401 || readStatus === 403)
    return storageError(context, 403, 'CannotVerifyCopySource', message);
  return storageError(context, readStatus, 'CannotVerifyCopySource', message);
}

/** Azure's answer to a source above the limit of an operation: the code says nothing of size, only the message does. */
export function copySourceTooLarge(context: Context, limitMiB: number): AzuriteError {
  return storageError(
    context,
    409,
    'CannotVerifyCopySource',
    `The source of the copy is too large: the limit of this operation is ${limitMiB} MiB.`,
  );
}
