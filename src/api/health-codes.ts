/**
 * Every problem of health, with what to do: a sentence for whoever is on call, and the command to run next.
 * docs/operations.md is held to it by a test.
 */
export const HEALTH_CODES = {
  'source-unreachable': {
    toDo: 'Look whether the source account is up, and whether the app still has its role there. Nothing is lost: messages wait.',
    next: 'blobmirror check',
  },
  'backup-unreachable': {
    toDo: 'Look whether the backup account is up, and whether the app still has its role there. Nothing is lost: messages wait.',
    next: 'blobmirror check',
  },
  'queue-unreachable': {
    toDo: 'Look whether the Service Bus namespace is up, and whether the app may still receive from its queues.',
    next: 'blobmirror check',
  },
  'state-unreachable': {
    toDo: 'Look at the account that keeps the state (the backup, unless BLOBMIRROR_STATE names another). Until it can be read, what was proven is not known.',
    next: 'blobmirror check',
  },
  'app-silent': {
    toDo: 'Look whether the app runs: its logs, and whether its timers are switched off. Changes wait in the queue meanwhile.',
    next: 'blobmirror check',
  },
  'service-version-refused': {
    toDo: 'Nothing, while it is only told: an older version is asked by, and all is mirrored. It goes with the next start after the account takes the newer one. To be rid of it at once, set __apiVersion of that account to the version that it takes.',
    next: 'blobmirror check',
  },
  'clock-off': {
    toDo: 'Let the machine that tells this keep its clock by NTP. Changes are mirrored meanwhile; it claims no live point, and full syncs that it begins prove nothing.',
    next: 'blobmirror check',
  },
  'live-behind': {
    toDo: 'Look at the backlog and at what workers fail with. If they are only slow, give them more room: more instances, or a higher limit of requests.',
    next: 'blobmirror status --watch',
  },
  'canary-behind': {
    toDo: 'Where the live point is young, Event Grid does not deliver: look at its subscription and its own dead letters. A full sync finds what it lost.',
    next: 'blobmirror reconcile',
  },
  'canary-not-written': {
    toDo: 'Give the app the right to write in the container of the canary, or switch the canary off. Mirroring goes on without it.',
    next: 'blobmirror check',
  },
  'proven-behind': {
    toDo: 'Look why full syncs do not come to their end, or prove nothing: the last ones say so.',
    next: 'blobmirror reconcile list',
  },
  'pause-unknown': {
    toDo: 'Whether somebody paused the mirror cannot be told, so nothing is mirrored, and messages wait. If nobody did, let it go on; the document is made anew by that.',
    next: 'blobmirror resume',
  },
  'document-damaged': {
    toDo: 'Something other than Blobmirror writes to the state, or cut a document off: look who may. Most are made anew by themselves; a full sync whose document is damaged proves nothing, and the next one makes up for it.',
    next: 'blobmirror reconcile list',
  },
  'dead-letters': {
    toDo: 'Mend what their codes speak of, then replay them; or take note of them, and health is well again.',
    next: 'blobmirror deadletter list',
  },
} as const satisfies Readonly<Record<string, { readonly toDo: string; readonly next: string }>>;

export type HealthCode = keyof typeof HEALTH_CODES;
