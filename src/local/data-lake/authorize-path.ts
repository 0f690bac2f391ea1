import {
  AccountSasAuthenticator,
  BlobSasAuthenticator,
  SharedKeyAuthenticator,
  logger,
  operations,
} from '../storage/azurite.ts';
import type { Accounts, MetadataStore } from '../storage/azurite-model.ts';
import { authenticationFailed } from '../storage/refuse-requests.ts';
import type { PathRequest } from './path-request.ts';

/** The Blob operation that asks for the same rights. */
export type SameRightsAs =
  | 'BlockBlob_Upload'
  | 'Blob_Delete'
  | 'Blob_GetProperties'
  | 'Blob_SetMetadata'
  | 'Container_ListBlobFlatSegment';

/** Checks a Data Lake request by the very code that checks Blob requests: shared key, account SAS, service SAS. */
export async function authorizePath(
  request: PathRequest,
  operation: SameRightsAs,
  accounts: Accounts,
  store: MetadataStore,
): Promise<void> {
  const { context } = request;
  context.operation = operations[operation] ?? -1;
  for (const authenticator of [
    new SharedKeyAuthenticator(accounts, logger),
    new AccountSasAuthenticator(accounts, store, logger),
    new BlobSasAuthenticator(accounts, store, logger),
  ])
    if ((await authenticator.validate(context.request, context)) === true) return;
  throw authenticationFailed(context);
}
