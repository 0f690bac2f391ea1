import {
  AccountSASPermissions,
  generateAccountSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { expect, it } from 'vitest';
import { createAccountSas } from '../src/account-sas.ts';
import { BACKUP } from '../src/layout.ts';

it('the account SAS equals the SDK’s', () => {
  const account = { blobEndpoint: '', dfsEndpoint: null, connectionString: '' };
  const sas = new URLSearchParams(
    createAccountSas({ ...account, accountName: BACKUP.name, accountKey: BACKUP.key }),
  );
  const bySdk = generateAccountSASQueryParameters(
    {
      version: sas.get('sv') ?? '',
      services: 'b',
      resourceTypes: 'sco',
      permissions: AccountSASPermissions.parse('rwdxftlacup'),
      protocol: SASProtocol.HttpsAndHttp,
      startsOn: new Date(sas.get('st') ?? ''),
      expiresOn: new Date(sas.get('se') ?? ''),
    },
    new StorageSharedKeyCredential(BACKUP.name, BACKUP.key),
  );
  expect(Object.fromEntries(sas)).toEqual(Object.fromEntries(new URLSearchParams(bySdk.toString())));
  // A client whose clock is behind may use it at once.
  expect(Date.now() - Date.parse(sas.get('st') ?? '')).toBeGreaterThanOrEqual(300_000);
});
