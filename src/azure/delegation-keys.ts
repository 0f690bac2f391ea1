import { theServiceClock } from '../clock/the-service-clock.ts';
import type { BlobServiceClient, UserDelegationKey } from '@azure/storage-blob';
import { toStorageError } from './storage-error.ts';

const CLOCK_SKEW_MS = 300_000;

/**
 * Keys that the service lends to an identity, to sign with in its name. One is asked for when the last one ends before
 * the moment that is asked for; it takes the role action `generateUserDelegationKey`.
 */
export function createDelegationKeys(client: BlobServiceClient): (until: Date) => Promise<UserDelegationKey> {
  let known: { readonly key: Promise<UserDelegationKey>; readonly until: Date } | undefined;

  async function ask(until: Date): Promise<UserDelegationKey> {
    try {
      return await client.getUserDelegationKey(
        new Date(theServiceClock.now().getTime() - CLOCK_SKEW_MS),
        until,
      );
    } catch (error) {
      known = undefined;
      throw toStorageError(error, 'read', client.accountName);
    }
  }

  return async (until) => {
    if (known === undefined || known.until < until) known = { key: ask(until), until };
    return await known.key;
  };
}
