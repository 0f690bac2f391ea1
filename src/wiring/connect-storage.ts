import type { TokenCredential } from '@azure/core-auth';
import { type Account, type ConnectOptions, connectAccount } from '../azure/account/connect-account.ts';
import type { StorageConnection } from '../config/connections.ts';

/**
 * The Entra identity of this process: a user-assigned one by its client id, or whatever the machine offers. What it
 * takes is loaded when a token is asked for: a quarter of all code that a worker loads, and for nothing where
 * connections have keys.
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

/** An account as the settings name it, with the Entra identity of this process where they name no key. */
export function connectStorage(connection: StorageConnection, options?: ConnectOptions): Account {
  return connectAccount(
    'connectionString' in connection
      ? connection
      : { ...connection, credential: createCredential(connection.clientId) },
    options,
  );
}
