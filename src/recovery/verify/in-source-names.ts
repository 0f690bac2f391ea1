import type { ContainerName, Key } from '../../model/key.js';
import { BlobmirrorError } from '../../model/errors.js';
import type { Scope } from '../../model/scope.js';
import type { AccountInspector } from '../../ports/account-inspector.js';

/**
 * The backup under the names that its containers have at the source. Those that mirror nothing are not seen, and one
 * that has no name on the backup is not there.
 */
export function inSourceNames(backup: AccountInspector, scope: Scope): AccountInspector {
  const toKey = ({ container, path }: Key): Key => ({ container: scope.toBackup(container), path });
  return {
    account: backup.account,
    read: async (key) => await backup.read(toKey(key)),
    readTags: async (key) => await backup.readTags(toKey(key)),
    readRange: async (key, range) => await backup.readRange(toKey(key), range),
    readContainer: async (container) => {
      const name = nameOnBackup(scope, container);
      return name === undefined ? undefined : await backup.readContainer(name);
    },
    readPublicAccess: async (container) => {
      const name = nameOnBackup(scope, container);
      return name === undefined ? 'none' : await backup.readPublicAccess(name);
    },
    listReadings: (container, options) => backup.listReadings(scope.toBackup(container), options),
    listBlobs: (container) => backup.listBlobs(scope.toBackup(container)),
    listContainers: async function* () {
      for await (const page of backup.listContainers())
        yield page
          .map((name) => scope.fromBackup(name))
          .filter((name): name is ContainerName => name !== undefined);
    },
  };
}

function nameOnBackup(scope: Scope, container: ContainerName): ContainerName | undefined {
  try {
    return scope.toBackup(container);
  } catch (error) {
    if (error instanceof BlobmirrorError && error.code === 'container-not-mappable') return undefined;
    throw error;
  }
}
