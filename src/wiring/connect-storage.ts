import type { TokenCredential } from '@azure/core-auth';
import { type Account, type ConnectOptions, connectAccount } from '../azure/account/connect-account.ts';
import { once } from '../concurrency/coalesce.ts';
import type { StorageConnection } from '../config/connections.ts';
import { BlobmirrorError } from '../model/errors.ts';

/**
 * The Entra identity of this process: a user-assigned one by its client id, or the default of the machine. Its code, a
 * quarter of all that a worker loads, is loaded at the first token: connections with keys never need it.
 */
export function createCredential(clientId: string | undefined): TokenCredential {
  const opened = once(async () => await open(clientId));
  return {
    getToken: async (scopes, options) => await (await opened()).getToken(scopes, options),
  };
}

async function open(clientId: string | undefined): Promise<TokenCredential> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  return clientId === undefined
    ? new DefaultAzureCredential()
    : new DefaultAzureCredential({ managedIdentityClientId: clientId });
}

/**
 * The account of a connection, with the Entra identity of this process when the connection has no key.
 * @throws BlobmirrorError `setting-invalid`
 */
export function connectStorage(connection: StorageConnection, options?: ConnectOptions): Account {
  if (!('connectionString' in connection))
    return connectAccount({ ...connection, credential: createCredential(connection.clientId) }, options);
  try {
    return connectAccount(connection, options);
  } catch (thrown) {
    // The SDK throws plain errors, whose text may quote the connection string.
    if (!(thrown instanceof Error) || !/connection string/i.test(thrown.message)) throw thrown;
    throw new BlobmirrorError(
      'setting-invalid',
      `the connection string of the account ${connection.accountName} is not accepted by the library of Azure Storage; it should be as the Azure portal shows it: DefaultEndpointsProtocol=https;AccountName=ACCOUNT;AccountKey=KEY;EndpointSuffix=core.windows.net`,
    );
  }
}
