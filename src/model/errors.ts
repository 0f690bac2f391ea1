/**
 * The error vocabulary: every error that Blobmirror raises on purpose has a code from this one table.
 * The disposition says what becomes of the message that met it:
 *   retry   the cause may pass by itself: the message comes back later, with a growing delay
 *   park    only a person can mend it: the message goes to the dead-letter queue with code and detail
 *   ignore  nothing is to be done: the message is completed, with a log line
 *   fatal   the set-up or a request is wrong: the process stops at the start, or the request is refused, with one line
 */
export type Disposition = 'retry' | 'park' | 'ignore' | 'fatal';

interface ErrorKind {
  readonly disposition: Disposition;
  /** What the operator should do, as a sentence. */
  readonly hint: string;
}

export const ERRORS = {
  'storage-unavailable': {
    disposition: 'retry',
    hint: 'The account did not answer. Messages wait and are retried; check the account and the network when this lasts.',
  },
  'service-version-refused': {
    disposition: 'retry',
    hint: 'The account takes no version of the storage services that it was asked by. Messages wait; install a release that speaks one which it takes, or correct __apiVersion where it is set.',
  },
  'answer-not-of-service': {
    disposition: 'retry',
    hint: 'Something other than the storage service answered in its place: a proxy, a firewall or a sign-in page. Messages wait and are retried; look at the network between when this lasts.',
  },
  'listing-start-ignored': {
    disposition: 'retry',
    hint: 'The service lists from the beginning alone, as old versions of it do. A full sync that began there goes on from page to page; let this one end and start another.',
  },
  'storage-throttled': {
    disposition: 'retry',
    hint: 'The account asked for fewer requests, and the worker makes fewer. BLOBMIRROR_MAX_REQUESTS_PER_SECOND sets a limit of your own.',
  },
  'storage-forbidden': {
    disposition: 'retry',
    hint: 'Check the credentials and roles of the account that is named; messages wait until they work.',
  },
  'storage-rejected': {
    disposition: 'park',
    hint: 'The service refused the request as wrong. Look at its code, mend the blob or the setting, then replay.',
  },
  'storage-not-ready': {
    disposition: 'retry',
    hint: 'A container is being deleted, a blob rehydrated or the account made. Messages wait until that is over.',
  },
  'content-damaged': {
    disposition: 'retry',
    hint: 'Bytes were damaged on the way, and nothing was written. Look at the network in between when this lasts.',
  },
  'content-mismatch': {
    disposition: 'retry',
    hint: 'What was copied is not what the source holds; no such copy was kept. Look at the network, then replay.',
  },
  'copy-failed': {
    disposition: 'retry',
    hint: 'The service gave an asynchronous copy up and says why. It is made anew at each try.',
  },
  'blocks-in-the-way': {
    disposition: 'retry',
    hint: 'Uncommitted blocks of another program lie on the backup blob. End that program; they go a week after its last block, or at once when a blob of that name is written and deleted.',
  },
  'copy-not-possible': {
    disposition: 'park',
    hint: 'No way to copy does for this blob. Let BLOBMIRROR_COPY and BLOBMIRROR_VERIFY allow for another, then replay.',
  },
  'source-too-large': {
    disposition: 'park',
    hint: 'The blob is too large to pass through the process. Set BLOBMIRROR_COPY to auto or server, then replay.',
  },
  'blob-needs-customer-key': {
    disposition: 'ignore',
    hint: 'The blob is encrypted with a key that only its writer has, so nobody else can read it. Mirror it by other means.',
  },
  'absence-not-proven': {
    disposition: 'retry',
    hint: 'Something answered 404 without saying that the blob does not exist; a proxy in between may do that.',
  },
  'write-outcome-unknown': {
    disposition: 'retry',
    hint: 'A write was cut off before its answer. The key is looked at again, now and after the longest request time.',
  },
  'race-lost': {
    disposition: 'retry',
    hint: 'The blob kept changing, or a long copy of it is under way. It is tried again when it may have come to rest.',
  },
  'queue-unavailable': {
    disposition: 'retry',
    hint: 'Service Bus did not take a message. What it would have replaced goes back and comes again.',
  },
  'queue-refused': {
    disposition: 'retry',
    hint: 'Check that the queue exists and is active, and that the app may send to it as well as receive.',
  },
  'queue-full': {
    disposition: 'retry',
    hint: 'Make the queue larger or purge its dead letters; they count towards its size.',
  },
  'message-too-large': {
    disposition: 'park',
    hint: 'The event leaves no room for what is to be remembered of it. It goes back as it came; Service Bus dead-letters it when it came often enough.',
  },
  'message-out-of-bounds': {
    disposition: 'park',
    hint: 'No event of storage is like this. Find the sender; the message can be purged. If there were events in it, a reconcile finds what they tell.',
  },
  'message-not-event': {
    disposition: 'park',
    hint: 'Something other than Event Grid writes to the queue. Find the sender; the message can be purged.',
  },
  'message-not-shard': {
    disposition: 'park',
    hint: 'Something other than Blobmirror writes to the reconcile queue. Find the sender; the message can be purged.',
  },
  'deliveries-exhausted': {
    disposition: 'retry',
    hint: 'Each worker that took it died with it, or could not send what it became. Look at the log of that time, then replay.',
  },
  'message-expired': {
    disposition: 'retry',
    hint: 'It waited longer than its time to live, since nobody worked on its queue. Let a worker run, then replay.',
  },
  'dead-lettered-elsewhere': {
    disposition: 'park',
    hint: 'Another program moved it here; the detail is what that said of it. Mend the cause, then replay, or purge it.',
  },
  'event-key-invalid': {
    disposition: 'park',
    hint: 'The event does not name a blob. If a blob was meant, a reconcile of its container finds it.',
  },
  'event-type-unknown': {
    disposition: 'ignore',
    hint: 'Narrow the event subscription to created, deleted and renamed blobs.',
  },
  'event-of-other-account': {
    disposition: 'ignore',
    hint: 'An event subscription of another account delivers to this queue. Remove it.',
  },
  'event-out-of-scope': {
    disposition: 'ignore',
    hint: 'The settings leave it out; narrow the subject filter of the event subscription to save the delivery.',
  },
  'container-not-mappable': {
    disposition: 'park',
    hint: 'Give the container a name of its own in BLOBMIRROR_CONTAINER_MAP or leave it out, then replay.',
  },
  'name-not-addressable': {
    disposition: 'park',
    hint: 'A URL cannot name this blob, so no client can read it. Rename it at the source.',
  },
  'account-kinds-differ': {
    disposition: 'retry',
    hint: 'Let BLOBMIRROR_BACKUP name an account of the kind that the source is, with a hierarchical namespace or without; messages wait until it does.',
  },
  'document-damaged': {
    disposition: 'park',
    hint: 'Something other than Blobmirror changed a document of its state, or cut it off. docs/documents.md says what becomes of each, and what to do.',
  },
  'document-too-new': {
    disposition: 'retry',
    hint: 'A newer release of Blobmirror wrote the document, and this one leaves it alone. Install that release here, too; to go back to this one for good, remove the document.',
  },
  'request-invalid': {
    disposition: 'fatal',
    hint: 'Correct the request; nothing was begun.',
  },
  'action-not-allowed': {
    disposition: 'fatal',
    hint: 'Act from the page that the app itself serves, and load it anew when it has been open for long. Scripts need no token as long as they send neither Origin nor Sec-Fetch-Site.',
  },
  'run-not-found': {
    disposition: 'fatal',
    hint: 'GET /api/reconcile and "blobmirror reconcile list" tell the runs that are known.',
  },
  'run-in-progress': {
    disposition: 'fatal',
    hint: 'One run at a time: wait for its end, or cancel it with "blobmirror reconcile cancel ID".',
  },
  'run-has-ended': { disposition: 'fatal', hint: 'What it found is in "blobmirror reconcile show ID".' },
  'letter-not-found': {
    disposition: 'fatal',
    hint: 'GET /api/deadletters and "blobmirror deadletter list" tell those there are; it may have been replayed or purged.',
  },
  'accounts-swapped': {
    disposition: 'retry',
    hint: 'Let BLOBMIRROR_SOURCE and BLOBMIRROR_BACKUP change places. If the two accounts mirror each other on purpose, set BLOBMIRROR_TWO_WAY to on. Nothing was written, and messages wait.',
  },
  'mirror-name-taken': {
    disposition: 'retry',
    hint: 'Give one of the two a name of its own in BLOBMIRROR_NAME. If the other one was moved here, stop it and wait a quarter of an hour. Messages wait.',
  },
  'queue-taken': {
    disposition: 'retry',
    hint: 'Give each mirror two queues of its own, in BLOBMIRROR_EVENTS_QUEUE and BLOBMIRROR_RECONCILE_QUEUE. If this one takes the place of the other, stop that one and wait a quarter of an hour. Messages wait.',
  },
  'clock-off': {
    disposition: 'retry',
    hint: 'The clock of the machine that tells this is more than a minute from that of the account. Let it keep its clock by NTP ("timedatectl set-ntp true"). Changes are mirrored meanwhile; it claims no live point, and full syncs that it begins prove nothing.',
  },
  'setting-missing': { disposition: 'fatal', hint: 'Set it and start again.' },
  'setting-invalid': { disposition: 'fatal', hint: 'Correct it and start again.' },
  'local-not-installed': {
    disposition: 'fatal',
    hint: 'Run "npm install @blobmirror/local" where blobmirror is installed, or work against Azure with the settings in docs/settings.md.',
  },
  'port-taken': {
    disposition: 'fatal',
    hint: 'Stop the other program or choose another port; 0 picks a free one.',
  },
  'worker-ended': { disposition: 'fatal', hint: 'Its last line on standard error says why.' },
  unexpected: {
    disposition: 'retry',
    hint: 'This is a defect of Blobmirror. Report it with the log lines of its pass.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** Not mended by waiting, though another try costs little: a defect of ours, or content that is not what it says. */
const LASTING: ReadonlySet<string> = new Set<ErrorCode>(['unexpected', 'content-mismatch']);

export function isLasting(code: string): boolean {
  return LASTING.has(code);
}

/**
 * The account as a whole does not do its work, whatever it is asked: fewer requests are sent to it until it does. What
 * is lasting, or nobody knows, is none of these.
 */
const OUTAGES: ReadonlySet<string> = new Set<ErrorCode>([
  'storage-throttled',
  'storage-unavailable',
  'write-outcome-unknown',
  'service-version-refused',
  'answer-not-of-service',
]);

export function isOutage(code: string): boolean {
  return OUTAGES.has(code);
}

export interface ErrorOptions {
  readonly cause?: unknown;
  /** How long the service asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Facts for the log. Never a key, a token or a SAS signature. */
  readonly context?: Readonly<Record<string, string | number | boolean | undefined>>;
}

export class BlobmirrorError extends Error {
  override readonly name = 'BlobmirrorError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly context: Readonly<Record<string, string | number | boolean | undefined>>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.context = options.context ?? {};
  }

  get disposition(): Disposition {
    return ERRORS[this.code].disposition;
  }

  get hint(): string {
    return ERRORS[this.code].hint;
  }
}

/** Anything that was thrown, as a `BlobmirrorError`; what is none becomes `unexpected`. */
export function toBlobmirrorError(thrown: unknown): BlobmirrorError {
  if (thrown instanceof BlobmirrorError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new BlobmirrorError('unexpected', message, { cause: thrown });
}

/** Whether an account lists from the beginning alone. */
export function isStartIgnored(thrown: unknown): boolean {
  return thrown instanceof BlobmirrorError && thrown.code === 'listing-start-ignored';
}

const GRAVEST_FIRST: readonly Disposition[] = ['retry', 'park', 'fatal', 'ignore'];

/**
 * The one of several errors that decides what becomes of their event, undefined when there is none: one that may pass
 * comes first, since the next try meets the others again, and one that is to be ignored last, since it would drop them.
 */
export function gravestError(errors: readonly BlobmirrorError[]): BlobmirrorError | undefined {
  const rank = ({ disposition }: BlobmirrorError): number => GRAVEST_FIRST.indexOf(disposition);
  return errors.toSorted((one, other) => rank(one) - rank(other))[0];
}
