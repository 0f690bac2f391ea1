/**
 * What a program needs to connect to an environment that runs in another process. Loads none of the servers.
 */
export { createAccountSas } from './account-sas.ts';
export {
  READY_FILE,
  readReadyFile,
  removeReadyFile,
  writeReadyFile,
  type LocalAccount,
  type LocalConnections,
} from './ready-file.ts';
export {
  BACKUP,
  EVENT_DEAD_LETTER_CONTAINER,
  EVENTS_QUEUE,
  QUEUES,
  RECONCILE_QUEUE,
  SOURCE,
} from './layout.ts';
export { LocalError, type LocalErrorCode } from './local-error.ts';
