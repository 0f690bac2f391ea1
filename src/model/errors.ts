/**
 * The error vocabulary: every error that Blobmirror raises on purpose has a code from this one table.
 * The disposition says what happens to the message that met it:
 *   retry   the cause may pass by itself: the message is delivered again later, with growing delays
 *   park    only a person can fix the cause: the message goes to the dead-letter queue with code and detail
 *   ignore  nothing to do: the message is completed, with a log line
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
    hint: 'The account did not answer. Messages wait and are retried. If this lasts, check the account and the network.',
  },
  'service-version-refused': {
    disposition: 'retry',
    hint: 'The account refuses every version of the storage services that it was asked with. Messages wait. Install a release that speaks a version which the account accepts, or correct __apiVersion if it is set.',
  },
  'answer-not-of-service': {
    disposition: 'retry',
    hint: 'Something other than the storage service answered: a proxy, a firewall or a sign-in page. Messages wait and are retried. If this lasts, check what is between the worker and the account.',
  },
  'listing-start-ignored': {
    disposition: 'retry',
    hint: 'The service can only list from the beginning, as its old versions do. A full sync that began there resumes by the marker of a page. Let this run end and start another.',
  },
  'storage-throttled': {
    disposition: 'retry',
    hint: 'The account asked for fewer requests, and the worker sends fewer. BLOBMIRROR_MAX_REQUESTS_PER_SECOND sets a limit of your own.',
  },
  'storage-forbidden': {
    disposition: 'retry',
    hint: 'Check the credentials and roles of the account that is named. Messages wait until they work.',
  },
  'history-not-kept': {
    disposition: 'retry',
    hint: 'The backup keeps no versions, although BLOBMIRROR_HISTORY asks for a history. Nothing is deleted until it does. Turn on versioning of the account, or set BLOBMIRROR_HISTORY=off.',
  },
  'storage-rejected': {
    disposition: 'park',
    hint: 'The service refused the request as invalid. See its code, correct the blob or the setting, then replay.',
  },
  'storage-not-ready': {
    disposition: 'retry',
    hint: 'A container is being deleted, a blob is being rehydrated or the account is being created. Messages wait until that is done.',
  },
  'content-damaged': {
    disposition: 'retry',
    hint: 'Bytes were damaged in transit, and nothing was written. If this lasts, check the network.',
  },
  'content-mismatch': {
    disposition: 'retry',
    hint: 'The copy did not match the source and was not kept. Check the network, then replay.',
  },
  'copy-failed': {
    disposition: 'retry',
    hint: 'The service gave up an asynchronous copy and says why. Each try starts it anew.',
  },
  'blocks-in-the-way': {
    disposition: 'retry',
    hint: 'Another program left uncommitted blocks on the backup blob. Stop that program. The blocks expire a week after its last one, or at once when a blob of that name is written and deleted.',
  },
  'copy-not-possible': {
    disposition: 'park',
    hint: 'No permitted way of copying works for this blob. Permit another one in BLOBMIRROR_COPY or BLOBMIRROR_VERIFY, then replay.',
  },
  'source-too-large': {
    disposition: 'park',
    hint: 'The blob is too large to pass through the process. Set BLOBMIRROR_COPY to auto or server, then replay.',
  },
  'blob-needs-customer-key': {
    disposition: 'ignore',
    hint: 'The blob is encrypted with a key that only its writer has. Blobmirror cannot read it: mirror it by other means.',
  },
  'absence-not-proven': {
    disposition: 'retry',
    hint: 'A 404 came without the code by which the service says that the blob does not exist. A proxy may answer so. Nothing is deleted, and the message is retried.',
  },
  'write-outcome-unknown': {
    disposition: 'retry',
    hint: 'A write was cut off before its answer. The key is checked again now, and once more after the longest time that a request may take.',
  },
  'race-lost': {
    disposition: 'retry',
    hint: 'The blob kept changing, or a long copy of it is in progress. It is tried again later.',
  },
  'queue-unavailable': {
    disposition: 'retry',
    hint: 'Service Bus did not accept a message. The message that it would have replaced goes back to the queue and is delivered again.',
  },
  'queue-refused': {
    disposition: 'retry',
    hint: 'Check that the queue exists and is active, and that the app may both send to it and receive from it.',
  },
  'queue-full': {
    disposition: 'retry',
    hint: 'Enlarge the queue or purge its dead letters: they count towards its size.',
  },
  'message-too-large': {
    disposition: 'park',
    hint: 'The event leaves no room for what must be recorded with it. It goes back as it came, and Service Bus dead-letters it after the last delivery.',
  },
  'message-out-of-bounds': {
    disposition: 'park',
    hint: 'No storage event looks like this. Find the sender; the message can be purged. If it held events, a full sync finds what they named.',
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
    hint: 'Each worker that received the message died, or could not send its successor. See the log of that time, then replay.',
  },
  'message-expired': {
    disposition: 'retry',
    hint: 'The message outlived its time to live because no worker received from the queue. Run a worker, then replay.',
  },
  'dead-lettered-elsewhere': {
    disposition: 'park',
    hint: 'Another program dead-lettered the message; the detail is its reason. Fix the cause, then replay, or purge it.',
  },
  'event-key-invalid': {
    disposition: 'park',
    hint: 'The event does not name a blob. If one was meant, a full sync of its container finds it.',
  },
  'event-type-unknown': {
    disposition: 'ignore',
    hint: 'Restrict the event subscription to created, deleted and renamed blobs.',
  },
  'event-of-other-account': {
    disposition: 'ignore',
    hint: 'An event subscription of another account delivers to this queue. Remove it.',
  },
  'event-out-of-scope': {
    disposition: 'ignore',
    hint: 'The settings leave this key out. To save the delivery, narrow the subject filter of the event subscription.',
  },
  'container-not-mappable': {
    disposition: 'park',
    hint: 'Give the container a name of its own in BLOBMIRROR_CONTAINER_MAP or exclude it, then replay.',
  },
  'name-not-addressable': {
    disposition: 'park',
    hint: 'No URL can name this blob, so no client can read it. Rename it at the source.',
  },
  'account-kinds-differ': {
    disposition: 'retry',
    hint: 'Set BLOBMIRROR_BACKUP to an account of the same kind as the source: both with a hierarchical namespace, or both without. Messages wait until then.',
  },
  'document-damaged': {
    disposition: 'park',
    hint: 'Something other than Blobmirror changed or truncated a document of its state. docs/documents.md says for each document what happens then, and what to do.',
  },
  'document-too-new': {
    disposition: 'retry',
    hint: 'A newer release of Blobmirror wrote the document, and this one leaves it alone. Install that release here, too; to go back to this one for good, remove the document.',
  },
  'request-invalid': {
    disposition: 'fatal',
    hint: 'Correct the request. Nothing was started.',
  },
  'request-too-large': {
    disposition: 'fatal',
    hint: 'Nothing was read or started. Select dead letters by code or container rather than by their ids.',
  },
  'action-not-allowed': {
    disposition: 'fatal',
    hint: 'Act from the page that the app itself serves, and reload it if it has been open for long. Scripts need no token if they send neither Origin nor Sec-Fetch-Site.',
  },
  'run-not-found': {
    disposition: 'fatal',
    hint: 'GET /api/reconcile and "blobmirror reconcile list" list the known runs.',
  },
  'run-in-progress': {
    disposition: 'fatal',
    hint: 'Only one run at a time: wait until it ends, or cancel it with "blobmirror reconcile cancel ID".',
  },
  'run-has-ended': { disposition: 'fatal', hint: 'See its result with "blobmirror reconcile show ID".' },
  'letter-not-found': {
    disposition: 'fatal',
    hint: 'GET /api/deadletters and "blobmirror deadletter list" list the dead letters. This one may have been replayed or purged.',
  },
  'accounts-swapped': {
    disposition: 'retry',
    hint: 'Exchange the values of BLOBMIRROR_SOURCE and BLOBMIRROR_BACKUP. If the two accounts mirror each other on purpose, set BLOBMIRROR_TWO_WAY to on. Nothing was written, and messages wait.',
  },
  'mirror-name-taken': {
    disposition: 'retry',
    hint: 'Give one of the two mirrors a name of its own in BLOBMIRROR_NAME. If the other one was moved here, stop it and wait fifteen minutes. Messages wait.',
  },
  'queue-taken': {
    disposition: 'retry',
    hint: 'Give each mirror two queues of its own, in BLOBMIRROR_EVENTS_QUEUE and BLOBMIRROR_RECONCILE_QUEUE. If this mirror replaces the other one, stop that one and wait fifteen minutes. Messages wait.',
  },
  'clock-off': {
    disposition: 'retry',
    hint: 'The clock of this machine differs from that of the account by more than a minute. Synchronise it by NTP ("timedatectl set-ntp true"). Changes are still mirrored, but no live recovery point is claimed, and full syncs that start meanwhile prove nothing.',
  },
  'setting-missing': { disposition: 'fatal', hint: 'Set it and start again.' },
  'setting-invalid': { disposition: 'fatal', hint: 'Correct it and start again.' },
  'setting-unknown': {
    disposition: 'fatal',
    hint: 'Correct the name, or remove it: docs/settings.md lists every setting.',
  },
  'local-not-running': {
    disposition: 'fatal',
    hint: 'Run "npm start" and wait until it is ready, or name the ready file of one that runs: --local=FILE.',
  },
  'ready-file-damaged': {
    disposition: 'fatal',
    hint: 'Stop "npm start" and run it again, which writes the file anew, or name another one: --local=FILE.',
  },
  'ready-file-taken': {
    disposition: 'fatal',
    hint: 'Stop the other one, or give this one a ready file of its own with --ready-file FILE, and other ports.',
  },
  'command-timed-out': {
    disposition: 'retry',
    hint: 'What it has begun in the workers goes on. Run "blobmirror check" to see what does not answer, or allow more time with --timeout.',
  },
  'local-not-installed': {
    disposition: 'fatal',
    hint: 'Run "npm install @blobmirror/local" where npm installed blobmirror, or "npm install" in a checkout. The container image has no embedded environment: there, work against Azure with the settings in docs/settings.md.',
  },
  'port-taken': {
    disposition: 'fatal',
    hint: 'Stop the other program or choose another port; 0 picks a free one.',
  },
  'worker-ended': { disposition: 'fatal', hint: 'The last line of its standard error says why.' },
  unexpected: {
    disposition: 'retry',
    hint: 'This is a defect of Blobmirror. Please report it with the log lines of its pass.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** Waiting does not help, though another try costs little: a defect of ours, or content that does not match. */
const LASTING: ReadonlySet<string> = new Set<ErrorCode>(['unexpected', 'content-mismatch']);

export function isLasting(code: string): boolean {
  return LASTING.has(code);
}

/** The account as a whole fails, whatever the request: fewer requests are sent to it until it recovers. */
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
  /** The delay that the service asked for, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Facts for the log. Never a key, a token or a SAS signature. */
  readonly context?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** What `ID` stands for in the hint. */
  readonly id?: string;
  /** In place of the hint of the code, where more is known. */
  readonly hint?: string;
}

export class BlobmirrorError extends Error {
  override readonly name = 'BlobmirrorError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly context: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly hint: string;
  /** It is not the one of the code. */
  readonly hasOwnHint: boolean;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.context = options.context ?? {};
    this.hasOwnHint = options.hint !== undefined;
    this.hint = options.hint ?? ERRORS[code].hint.replace(/\bID\b/, options.id ?? 'ID');
  }

  get disposition(): Disposition {
    return ERRORS[this.code].disposition;
  }
}

/** Anything that was thrown, as a `BlobmirrorError`; anything else becomes `unexpected`. */
export function toBlobmirrorError(thrown: unknown): BlobmirrorError {
  if (thrown instanceof BlobmirrorError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new BlobmirrorError('unexpected', message, { cause: thrown });
}

/** Whether the account can only list from the beginning. */
export function isStartIgnored(thrown: unknown): boolean {
  return thrown instanceof BlobmirrorError && thrown.code === 'listing-start-ignored';
}

const GRAVEST_FIRST: readonly Disposition[] = ['retry', 'park', 'fatal', 'ignore'];

/**
 * The error that decides what happens to their event; undefined when there is none. One to retry comes first, since the
 * next try meets the others again. One to ignore comes last, since it would drop them.
 */
export function gravestError(errors: readonly BlobmirrorError[]): BlobmirrorError | undefined {
  const rank = ({ disposition }: BlobmirrorError): number => GRAVEST_FIRST.indexOf(disposition);
  return errors.toSorted((one, other) => rank(one) - rank(other))[0];
}
