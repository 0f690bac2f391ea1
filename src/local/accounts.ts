/** Known to everybody, as Azurite's own account is: it opens nothing but what listens on this machine. */
const key = (account: string): string =>
  Buffer.from(`${account}, on this machine alone`.padEnd(64, '.')).toString('base64');

export const SOURCE = { name: 'sourceaccount', key: key('sourceaccount') } as const;
export const BACKUP = { name: 'backupaccount', key: key('backupaccount') } as const;
