import type { ContainerNames } from '../model/container-names.ts';
import type { ContainerName, Key } from '../model/key.ts';
import type { AccountInspector } from './account-inspector.ts';
import type { BackupStore } from './backup-store.ts';
import type { BlobReader } from './blob-reader.ts';

/**
 * A backup whose containers have the names that they have at the source: the one place where the names of the two
 * accounts meet. A container that is no image of a source container is not listed, and there is no name by which it
 * could be asked for.
 *
 * Every method also rejects with `container-not-mappable` for a container that has no name on the backup. They are
 * written out, none is handed through: a method that the port gains and that is not mapped here does not compile.
 */
export function mapContainers(backup: BackupStore, names: ContainerNames): BackupStore {
  const toBackup = toBackupKey(names);
  return {
    ...mapReader(backup, names),
    copy: async (request) =>
      await backup.copy({ ...request, from: request.from ?? request.key, key: toBackup(request.key) }),
    secure: async (request) =>
      await backup.secure({ ...request, from: request.from ?? request.key, key: toBackup(request.key) }),
    place: async (request, secured) =>
      await backup.place(
        { ...request, from: request.from ?? request.key, key: toBackup(request.key) },
        secured,
      ),
    compareContent: async (request) =>
      await backup.compareContent({
        ...request,
        from: request.from ?? request.key,
        key: toBackup(request.key),
      }),
    restamp: async (request) => await backup.restamp({ ...request, key: toBackup(request.key) }),
    setTier: async (key, tier) => await backup.setTier(toBackup(key), tier),
    setTags: async (key, tags) => await backup.setTags(toBackup(key), tags),
    delete: async (key, ifMatch) => await backup.delete(toBackup(key), ifMatch),
    createContainer: async (container, metadata) => {
      await backup.createContainer(names.toBackup(container), metadata);
    },
    createDirectory: async (request) =>
      await backup.createDirectory({ ...request, key: toBackup(request.key) }),
    setAccess: async (key, access, there) => await backup.setAccess(toBackup(key), access, there),
    setRootAccess: async (container, access, there) =>
      await backup.setRootAccess(names.toBackup(container), access, there),
    rename: async (request) =>
      await backup.rename({ ...request, from: toBackup(request.from), to: toBackup(request.to) }),
    removeEmptyDirectory: async (key, ifMatch) => await backup.removeEmptyDirectory(toBackup(key), ifMatch),
    moveToTrash: async (key, ifMatch) => await backup.moveToTrash(toBackup(key), ifMatch),
    deleteTrashed: async (trashed) => {
      await backup.deleteTrashed(trashed);
    },
    emptyTrash: async (container) => {
      await backup.emptyTrash(names.toBackup(container));
    },
  };
}

/** The reading half of it. */
function mapReader(backup: BlobReader, names: ContainerNames): BlobReader {
  const toBackup = toBackupKey(names);
  return {
    account: backup.account,
    read: async (key) => await backup.read(toBackup(key)),
    readTags: async (key) => await backup.readTags(toBackup(key)),
    readContainer: async (container) => await backup.readContainer(names.toBackup(container)),
    readRootAccess: async (container) => await backup.readRootAccess(names.toBackup(container)),
    listBlobs: async function* (container, range) {
      yield* backup.listBlobs(names.toBackup(container), range);
    },
    listContainers: async function* () {
      for await (const page of backup.listContainers()) {
        yield page
          .map((name) => names.fromBackup(name))
          .filter((name): name is ContainerName => name !== undefined);
      }
    },
  };
}

function toBackupKey(names: ContainerNames): (key: Key) => Key {
  return ({ container, path }) => ({ container: names.toBackup(container), path });
}

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
