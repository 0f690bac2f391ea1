import { StorageError } from './azurite.ts';
import type { AzuriteError, Context } from './azurite-model.ts';

/** An error that Azurite answers as it stands. The message reaches the client: no secrets in it. */
export function storageError(
  context: Context,
  status: number,
  code: string,
  message: string,
  more: Record<string, string> = {},
): AzuriteError {
  return new StorageError(status, code, message, context.contextId, more);
}

export function isAzuriteError(error: unknown): error is AzuriteError {
  return error instanceof Error && 'storageErrorCode' in error && 'statusCode' in error;
}
