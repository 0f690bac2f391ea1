import { type Account, type ConnectOptions, connectAccount } from '../azure/connect-account.ts';
import type { StorageConnection } from '../config/connections.ts';
import { createCredential } from './create-credential.ts';

/** An account as the settings name it, with the Entra identity of this process where they name no key. */
export function connectStorage(connection: StorageConnection, options?: ConnectOptions): Account {
  return connectAccount(
    'connectionString' in connection
      ? connection
      : { ...connection, credential: createCredential(connection.clientId) },
    options,
  );
}
