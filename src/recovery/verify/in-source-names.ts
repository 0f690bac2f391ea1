import type { ContainerName, Key } from '../../model/key.js';
import type { Scope } from '../../model/scope.js';
import type { AccountInspector } from '../../ports/account-inspector.js';

/** The backup under the names that its containers have at the source. Those that mirror nothing are not seen. */
export function inSourceNames(backup: AccountInspector, { toBackup, fromBackup }: Scope): AccountInspector {
  const toKey = ({ container, path }: Key): Key => ({ container: toBackup(container), path });
  return {
    account: backup.account,
    read: async (key) => await backup.read(toKey(key)),
    readTags: async (key) => await backup.readTags(toKey(key)),
    readRange: async (key, range) => await backup.readRange(toKey(key), range),
    readContainer: async (container) => await backup.readContainer(toBackup(container)),
    readPublicAccess: async (container) => await backup.readPublicAccess(toBackup(container)),
    listReadings: (container, options) => backup.listReadings(toBackup(container), options),
    listBlobs: (container) => backup.listBlobs(toBackup(container)),
    listContainers: async function* () {
      for await (const page of backup.listContainers())
        yield page.map(fromBackup).filter((name): name is ContainerName => name !== undefined);
    },
  };
}
