import type { UserDelegationKey } from '@azure/storage-blob';

/** A user delegation key as an account gives it to an identity, worth nothing anywhere. */
export function delegationKey(startsOn: Date, expiresOn: Date): UserDelegationKey {
  return {
    signedObjectId: 'object',
    signedTenantId: 'tenant',
    signedStartsOn: startsOn,
    signedExpiresOn: expiresOn,
    signedService: 'b',
    signedVersion: '2020-10-02',
    value: Buffer.from('delegated').toString('base64'),
  };
}
