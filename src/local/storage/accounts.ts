import type { Accounts } from './azurite-model.ts';

export interface Account {
  readonly name: string;
  /** Base64. */
  readonly key: string;
}

/**
 * The accounts of one server. Stands in for Azurite's own store, which reads them from an environment variable of the
 * process and so cannot give two servers in one process different accounts.
 */
export function createAccounts(accounts: readonly Account[]): Accounts {
  const byName = new Map(
    accounts.map(({ name, key }) => [name, { name, key1: Buffer.from(key, 'base64') }] as const),
  );
  return { getAccount: (name) => byName.get(name) };
}
