import { EVENT_DEAD_LETTER_CONTAINER, type LocalConnections } from '@blobmirror/local/connections';
import type { ReadyFile } from './ready-file.ts';

/** The settings of a worker that runs on the embedded environment. */
export function localSettings({ source, backup, serviceBus }: LocalConnections): Record<string, string> {
  return {
    BLOBMIRROR_SOURCE: source.connectionString,
    BLOBMIRROR_BACKUP: backup.connectionString,
    BLOBMIRROR_SERVICE_BUS: serviceBus.connectionString,
    BLOBMIRROR_EVENTS_QUEUE: serviceBus.eventsQueue,
    BLOBMIRROR_RECONCILE_QUEUE: serviceBus.reconcileQueue,
    BLOBMIRROR_EVENT_GRID_DEAD_LETTERS: EVENT_DEAD_LETTER_CONTAINER,
  };
}

/**
 * The given settings, on the embedded environment. Unless they say otherwise, the canary is on, since anyone
 * on this machine may write to the source, and the mirror has the name with which the environment was
 * started.
 */
export function withLocalSettings(
  info: ReadyFile,
  given: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return {
    BLOBMIRROR_CANARY: 'on',
    ...given,
    ...(info.name !== undefined && !given['BLOBMIRROR_NAME']?.trim() && { BLOBMIRROR_NAME: info.name }),
    ...localSettings(info),
  };
}
