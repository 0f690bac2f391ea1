import type { ContainerNames } from '../model/container-names.ts';
import type { Key } from '../model/key.ts';
import type { AccountInspector } from './account-inspector.ts';
import { mapReader } from './map-containers.ts';

/** The inspection of a backup whose containers have the names that they have at the source: see `mapContainers`. */
export function mapInspector(backup: AccountInspector, names: ContainerNames): AccountInspector {
  const toBackup = ({ container, path }: Key): Key => ({ container: names.toBackup(container), path });
  return {
    ...mapReader(backup, names),
    readRange: async (key, range) => await backup.readRange(toBackup(key), range),
    readPublicAccess: async (container) => await backup.readPublicAccess(names.toBackup(container)),
    listReadings: async function* (container, options) {
      yield* backup.listReadings(names.toBackup(container), options);
    },
  };
}
