import { type Account, type ConnectOptions, connectAccount } from '../azure/connect-account.js';
import type { StorageConnection } from '../config/connections.js';
import { createCredential } from './create-credential.js';

/** An account as the settings name it, with the Entra identity of this process where they name no key. */
export function connectStorage(connection: StorageConnection, options?: ConnectOptions): Account {
  return connectAccount(
    'connectionString' in connection
      ? connection
      : { ...connection, credential: createCredential(connection.clientId) },
    options,
  );
}
