import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  generateAccountSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import type { LocalAccount } from './ready-file.ts';

const VALID_MS = 24 * 3_600_000;
const CLOCK_SKEW_MS = 300_000;

/** A SAS for all that a client may do with blobs in an account of the embedded environment, for one day. */
export function createAccountSas({ accountName, accountKey }: LocalAccount): string {
  return generateAccountSASQueryParameters(
    {
      services: AccountSASServices.parse('b').toString(),
      resourceTypes: AccountSASResourceTypes.parse('sco').toString(),
      permissions: AccountSASPermissions.parse('rwdlacuptfx'),
      protocol: SASProtocol.HttpsAndHttp,
      startsOn: new Date(Date.now() - CLOCK_SKEW_MS),
      expiresOn: new Date(Date.now() + VALID_MS),
    },
    new StorageSharedKeyCredential(accountName, accountKey),
  ).toString();
}
