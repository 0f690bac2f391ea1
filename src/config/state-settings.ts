import { BlobmirrorError } from '../model/errors.js';
import { type ContainerName, parseContainerName } from '../model/key.js';
import type { StateContainers } from '../model/scope.js';
import { parseStorageConnection, type StorageConnection } from './connections.js';
import { type Environment, readOptional } from './environment.js';

/** Where the app keeps documents of its own. */
export interface StateSettings {
  readonly connection: StorageConnection;
  readonly container: ContainerName;
}

const STATE = 'BLOBMIRROR_STATE';
const CONTAINER = 'BLOBMIRROR_STATE_CONTAINER';

/** @throws BlobmirrorError `setting-invalid` */
export function readStateSettings(env: Environment, backup: StorageConnection): StateSettings {
  const isSet = [STATE, `${STATE}__blobServiceUri`].some((name) => readOptional(env, name) !== undefined);
  return {
    connection: isSet ? parseStorageConnection(env, STATE) : backup,
    container: readContainer(env),
  };
}

function readContainer(env: Environment): ContainerName {
  const text = readOptional(env, CONTAINER) ?? 'blobmirror-state';
  try {
    const container = parseContainerName(text);
    if (!container.startsWith('$')) return container;
  } catch {
    // Told below.
  }
  throw new BlobmirrorError(
    'setting-invalid',
    `${CONTAINER} is ${JSON.stringify(text)}; it should be the name of a container of the mirror's own`,
  );
}

/** The name of the state's container in each of the two accounts; undefined where it is in another one. */
export function stateContainers(
  { connection, container }: StateSettings,
  source: StorageConnection,
  backup: StorageConnection,
): StateContainers {
  return {
    source: connection.accountName === source.accountName ? container : undefined,
    backup: connection.accountName === backup.accountName ? container : undefined,
  };
}
