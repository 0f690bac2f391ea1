import type { TokenCredential } from '@azure/core-auth';
import { type Account, type ConnectOptions, connectAccount } from '../azure/account/connect-account.ts';
import type { StorageConnection } from '../config/connections.ts';

/**
 * The Entra identity of this process: a user-assigned one by its client id, or the default of the machine. Its code, a
 * quarter of all that a worker loads, is loaded at the first token: connections with keys never need it.
 */
export function createCredential(clientId: string | undefined): TokenCredential {
  let opened: Promise<TokenCredential> | undefined;
  return {
    getToken: async (scopes, options) => {
      opened ??= open(clientId);
      return await (await opened).getToken(scopes, options);
    },
  };
}

async function open(clientId: string | undefined): Promise<TokenCredential> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  return clientId === undefined
    ? new DefaultAzureCredential()
    : new DefaultAzureCredential({ managedIdentityClientId: clientId });
}

/** The account of a connection, with the Entra identity of this process when the connection has no key. */
export function connectStorage(connection: StorageConnection, options?: ConnectOptions): Account {
  return connectAccount(
    'connectionString' in connection
      ? connection
      : { ...connection, credential: createCredential(connection.clientId) },
    options,
  );
}
