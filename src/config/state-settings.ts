import { BlobmirrorError } from '../model/errors.ts';
import type { ContainerName } from '../model/key.ts';
import type { StateContainers } from '../model/scope.ts';
import { parseStorageConnection, type StorageConnection } from './connections.ts';
import { type Environment, readOptional, readOwnContainer, shown } from './environment.ts';

/** Where the mirror keeps its documents. */
export interface StateSettings {
  readonly connection: StorageConnection;
  readonly container: ContainerName;
  /** The container of events that Event Grid could not deliver. Undefined: they are not redelivered. */
  readonly eventGridDeadLetters: ContainerName | undefined;
}

const STATE = 'BLOBMIRROR_STATE';
const CONTAINER = 'BLOBMIRROR_STATE_CONTAINER';
const EVENT_GRID_DEAD_LETTERS = 'BLOBMIRROR_EVENT_GRID_DEAD_LETTERS';

/** @throws BlobmirrorError `setting-invalid` */
export function readStateSettings(env: Environment, backup: StorageConnection): StateSettings {
  const isSet = [STATE, `${STATE}__blobServiceUri`, `${STATE}__secondary`, `${STATE}__apiVersion`].some(
    (name) => readOptional(env, name) !== undefined,
  );
  const container = readOwnContainer(env, CONTAINER, 'blobmirror-state');
  const eventGridDeadLetters =
    readOptional(env, EVENT_GRID_DEAD_LETTERS) === undefined
      ? undefined
      : readOwnContainer(env, EVENT_GRID_DEAD_LETTERS);
  if (eventGridDeadLetters === container) {
    throw new BlobmirrorError(
      'setting-invalid',
      `${EVENT_GRID_DEAD_LETTERS} is ${shown(container)}, the container of the state; use another container`,
    );
  }
  return {
    connection: isSet ? parseStorageConnection(env, STATE) : backup,
    container,
    eventGridDeadLetters,
  };
}

/** The containers of the state in each of the two accounts. Empty when the state is in another account. */
export function stateContainers(
  { connection, container, eventGridDeadLetters }: StateSettings,
  source: StorageConnection,
  backup: StorageConnection,
): StateContainers {
  const containers = [container, eventGridDeadLetters].filter((name) => name !== undefined);
  const inAccount = ({ accountName }: StorageConnection): readonly ContainerName[] =>
    connection.accountName === accountName ? containers : [];
  return { source: inAccount(source), backup: inAccount(backup) };
}
