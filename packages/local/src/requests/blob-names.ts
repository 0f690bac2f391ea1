import type { Context } from '../azurite/azurite-model.ts';
import { storageError } from '../azurite/azurite.ts';

const longestName = 1024;
// Azure lists U+FFFE and U+FFFF, which XML cannot hold either, encoded.
const forbidden = /\p{Cc}/u;

/** @throws AzuriteError for a new name that Azure refuses: above 1,024 characters, or with control characters */
export function refuseBadName(context: Context, name: string): void {
  if (name.length > longestName)
    throw storageError(
      context,
      400,
      'OutOfRangeInput',
      'The specified resource name length is not within the permissible limits.',
    );
  if (forbidden.test(name))
    throw storageError(
      context,
      400,
      'InvalidResourceName',
      'The specified resource name contains invalid characters.',
    );
}
