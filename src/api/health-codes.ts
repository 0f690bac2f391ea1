import type { HealthProblem } from './status.ts';

/**
 * Every health problem, with what to do and the command to run next. A test keeps docs/operations.md equal to this table.
 */
export const HEALTH_CODES = {
  'settings-wrong': {
    toDo: 'Correct the setting that the problem names; the log of the app says what it should be. Until then nothing is mirrored, and messages wait in their queues.',
    next: 'blobmirror check',
  },
  'source-unreachable': {
    toDo: 'Check that the source account is up and that the app still has its role there. Nothing is lost: messages wait.',
    next: 'blobmirror check',
  },
  'backup-unreachable': {
    toDo: 'Check that the backup account is up and that the app still has its role there. Nothing is lost: messages wait.',
    next: 'blobmirror check',
  },
  'queue-unreachable': {
    toDo: 'Check that the Service Bus namespace is up and that the app may still receive from its queues.',
    next: 'blobmirror check',
  },
  'state-unreachable': {
    toDo: 'Check the account that keeps the state (the backup, unless BLOBMIRROR_STATE names another). Until it can be read, the proven recovery point is unknown.',
    next: 'blobmirror check',
  },
  'app-silent': {
    toDo: 'Check that the app runs: its logs, and whether its timers are disabled. Changes wait in the queue meanwhile.',
    next: 'blobmirror check',
  },
  'app-starting': {
    toDo: 'Nothing: the worker has just started, and it ends with its first sample. If that does not come, it becomes app-silent.',
    next: 'blobmirror status --watch',
  },
  'service-version-refused': {
    toDo: 'Nothing: the mirror uses an older version and mirrors everything. The warning ends with the first start after the account accepts the newer version. To end it now, set __apiVersion of that account to the version that it accepts.',
    next: 'blobmirror check',
  },
  'clock-off': {
    toDo: 'Synchronize the clock of that worker with NTP, or restart it. Meanwhile changes are mirrored, but a worker with a wrong clock claims no live recovery point and its full syncs prove nothing.',
    next: 'blobmirror check',
  },
  'live-behind': {
    toDo: 'Look at the backlog and at the errors of the workers. If they are only slow, add instances or raise the request limit.',
    next: 'blobmirror status --watch',
  },
  'canary-behind': {
    toDo: 'If the live recovery point is recent, Event Grid does not deliver: look at its subscription and its own dead letters. A full sync finds what it lost.',
    next: 'blobmirror reconcile',
  },
  'canary-not-written': {
    toDo: 'Give the app the right to write to the container of the canary, or switch the canary off. Mirroring works without it.',
    next: 'blobmirror check',
  },
  'proven-behind': {
    toDo: 'Find out why full syncs do not complete or prove nothing: the alerts of the last ones say why.',
    next: 'blobmirror reconcile list',
  },
  'credential-ended': {
    toDo: 'Make a new SAS or secret and put it into the setting that is named, or into its secret in Key Vault. Where a second SAS took over, mirroring goes on; where there is none, nothing of that account can be read.',
    next: 'blobmirror check',
  },
  'credential-ending': {
    toDo: 'Make a new SAS or secret before that day. A second SAS in the setting …__secondary takes over without a restart.',
    next: 'blobmirror check',
  },
  'credential-unknown': {
    toDo: 'Note the end of the SAS yourself, or let the identity of the app read the secret (Key Vault Secrets User), so that its end is told in time.',
    next: 'blobmirror check',
  },
  'settings-differ': {
    toDo: 'Give all workers of the mirror the same settings and release, or stop those that should not be at work. While they differ, what is copied, deleted and claimed depends on which worker does it.',
    next: 'blobmirror status',
  },
  'guard-alerts': {
    toDo: 'Look at what the guards hold. If deletions are right, permit them with --allow-deletes, but for source-container-missing delete the container on the backup yourself; if not, restore the source. It ends with the next full sync that finds nothing to hold.',
    next: 'blobmirror reconcile list',
  },
  'full-sync-incomplete': {
    toDo: 'Look at why the run did not see everything: a listing of the source failed, a shard was given up, or its worker ended or had a wrong clock. It ends with the next complete full sync.',
    next: 'blobmirror reconcile list',
  },
  'foreign-blobs': {
    toDo: 'Find out who writes to the backup. Nothing of them is deleted or counted as mirrored. Delete them yourself, or permit it for one container with --delete-foreign.',
    next: 'blobmirror unprotected --reason backup-foreign',
  },
  'pause-unknown': {
    toDo: 'The mirror cannot tell whether it was paused, so it mirrors nothing, and messages wait. If nobody paused it, resume; that also rewrites the document.',
    next: 'blobmirror resume',
  },
  'document-damaged': {
    toDo: 'Something other than Blobmirror wrote to the state: check who may. Most documents are rewritten automatically; a full sync whose document is damaged proves nothing, but the next one will.',
    next: 'blobmirror reconcile list',
  },
  'document-too-new': {
    toDo: 'Install the newer release here, too. To go back to this one for good, remove the document.',
    next: 'blobmirror check',
  },
  'setting-unknown': {
    toDo: 'Correct the name of the app setting, or remove it. After a rollback it may be a setting of the newer release, which has no effect here.',
    next: 'blobmirror check',
  },
  'unprotected-keys': {
    toDo: 'Look at the reason of each key, and end its cause where you can: the mirror retries by itself. Or acknowledge the keys to clear this problem; they stay excepted by name.',
    next: 'blobmirror unprotected',
  },
  'dead-letters': {
    toDo: 'Fix what their codes name, then replay them; or acknowledge them to clear this problem.',
    next: 'blobmirror deadletter list',
  },
} as const satisfies Readonly<Record<string, { readonly toDo: string; readonly next: string }>>;

export type HealthCode = keyof typeof HEALTH_CODES;

/** A problem that this release reports. A newer one may report others. */
export interface Problem extends HealthProblem {
  readonly code: HealthCode;
}
