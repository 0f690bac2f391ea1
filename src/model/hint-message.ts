import { isLasting } from './errors.ts';
import { type WalkPosition, parseWalkPosition, walkPositionText } from './hint.ts';
import { type HeldKey, type Watch, heldText, parseHeld, parseWatch, watchText } from './watch.ts';

/** An event to be sent to the queue or the dead-letter queue again, with its history. */
export interface HintMessage {
  /** At most 128 characters. The same id again within the queue's window is dropped by its duplicate detection. */
  readonly messageId: string;
  /** The event as it came. */
  readonly event: unknown;
  readonly history: History;
}

/** What earlier tries of an event learned. Kept in the message's application properties. */
export interface History {
  /** The id of the message that Event Grid, or a replay, sent. */
  readonly root: string;
  /** Tries that failed so far. */
  readonly attempts: number;
  /** Those that met a defect, which waiting does not fix; the others met an outage. */
  readonly defects?: number | undefined;
  readonly firstSeen: Date;
  /** Checks that succeeded and planned another one. */
  readonly looks: number;
  /**
   * Grows by the delivery count each time the message is requeued untried because mirroring is paused, so that no two
   * deliveries share a successor.
   */
  readonly holds?: number | undefined;
  /** Where the walk of the event's prefixes continues, if it has begun. */
  readonly walk?: WalkPosition | undefined;
  /** A write of an earlier try may still commit: a check that succeeds is followed by another one. */
  readonly unsettled: boolean;
  /** Everything that the event names is mirrored except the held keys: the message waits for later changes. */
  readonly mirrored?: boolean;
  /** Of a key that may change, or become whole, without an event. */
  readonly watch?: Watch | undefined;
  /** The keys that the last check knew to differ, or to be still changing. */
  readonly held?: readonly HeldKey[] | undefined;
  /** The walk of a rename, as far as it came, met a key below the new name that is not in the backup: the old name stays. */
  readonly blocked?: boolean;
  /** How often the parked message was received before it expired, and sent once more. */
  readonly parkings?: number | undefined;
  /** The message is on its way to the dead-letter queue and is not tried again. */
  readonly parked: boolean;
  readonly lastError: { readonly code: string; readonly detail: string; readonly hint: string } | undefined;
  /** The trace that the event belongs to, as a W3C traceparent. */
  readonly trace?: string | undefined;
  /** The error of the first try; older messages lack it. */
  readonly firstError?: { readonly code: string; readonly detail: string } | undefined;
  /** How often the event was replayed from the dead-letter queue. */
  readonly replays?: number | undefined;
}

/** Leaves room in the message's header for later tries. */
const LONGEST_FIRST_DETAIL = 256;

/** The format of the properties below. A newer worker reads the older formats. */
const FORMAT = 1;

const NAMES = {
  format: 'blobmirror-format',
  root: 'blobmirror-root',
  attempts: 'blobmirror-attempts',
  defects: 'blobmirror-defects',
  firstSeen: 'blobmirror-first-seen',
  looks: 'blobmirror-looks',
  holds: 'blobmirror-holds',
  walk: 'blobmirror-walk',
  unsettled: 'blobmirror-unsettled',
  mirrored: 'blobmirror-mirrored',
  watch: 'blobmirror-watch',
  held: 'blobmirror-held',
  blocked: 'blobmirror-blocked',
  parked: 'blobmirror-parked',
  parkings: 'blobmirror-parkings',
  code: 'blobmirror-code',
  detail: 'blobmirror-detail',
  hint: 'blobmirror-hint',
  firstCode: 'blobmirror-first-code',
  firstDetail: 'blobmirror-first-detail',
  replays: 'blobmirror-replays',
} as const;

/**
 * The property in which the SDKs of Service Bus keep the traceparent; newer ones also use `traceparent`. The library of
 * Azure Functions lowers the first letter of every name, those of application properties included.
 */
const DIAGNOSTIC_ID = 'Diagnostic-Id';
const LOWERED_DIAGNOSTIC_ID = 'diagnostic-Id';
const TRACEPARENT = 'traceparent';

type Properties = Readonly<Record<string, unknown>>;

export function toProperties(history: History): Record<string, string | number | boolean> {
  return {
    [NAMES.format]: FORMAT,
    [NAMES.root]: history.root,
    [NAMES.attempts]: history.attempts,
    ...(history.defects && { [NAMES.defects]: history.defects }),
    [NAMES.firstSeen]: history.firstSeen.toISOString(),
    [NAMES.looks]: history.looks,
    ...(history.holds && { [NAMES.holds]: history.holds }),
    ...(history.walk && { [NAMES.walk]: walkPositionText(history.walk) }),
    ...(history.unsettled && { [NAMES.unsettled]: true }),
    ...(history.mirrored && { [NAMES.mirrored]: true }),
    ...(history.watch && { [NAMES.watch]: watchText(history.watch) }),
    ...(history.held && history.held.length > 0 && { [NAMES.held]: heldText(history.held) }),
    ...(history.blocked && { [NAMES.blocked]: true }),
    ...(history.parked && { [NAMES.parked]: true }),
    ...(history.parkings && { [NAMES.parkings]: history.parkings }),
    ...(history.lastError && {
      [NAMES.code]: history.lastError.code,
      [NAMES.detail]: history.lastError.detail,
      [NAMES.hint]: history.lastError.hint,
    }),
    ...(history.trace !== undefined && { [DIAGNOSTIC_ID]: history.trace }),
    ...(history.firstError && {
      [NAMES.firstCode]: history.firstError.code,
      [NAMES.firstDetail]: history.firstError.detail.slice(0, LONGEST_FIRST_DETAIL),
    }),
    ...(history.replays !== undefined && { [NAMES.replays]: history.replays }),
  };
}

/** The properties of a replayed message, which begins a new chain. */
export function replayProperties(
  replays: number,
  unsettled: boolean,
): Record<string, string | number | boolean> {
  return {
    [NAMES.format]: FORMAT,
    [NAMES.replays]: replays,
    ...(unsettled && { [NAMES.unsettled]: true }),
  };
}

/** A 64 bit number may be an object with a text form; other objects may have none. */
function toNumber(value: unknown): number {
  try {
    return Number(value ?? 0);
  } catch {
    return 0;
  }
}

/** A missing or unreadable property counts as on a message that was never tried: that costs a try and loses nothing. */
export function parseHistory(properties: Properties, messageId: string, enqueued: Date): History {
  const text = (name: string): string | undefined => {
    const value = properties[name];
    return typeof value === 'string' ? value : undefined;
  };
  const count = (name: string): number => {
    const value = toNumber(properties[name]);
    return Number.isSafeInteger(value) && value > 0 ? value : 0;
  };
  const flag = (name: string): boolean => properties[name] === true || properties[name] === 'true';
  const firstSeen = new Date(text(NAMES.firstSeen) ?? Number.NaN);
  const code = text(NAMES.code);
  const firstCode = text(NAMES.firstCode);
  const replays = count(NAMES.replays);
  const parkings = count(NAMES.parkings);
  // Messages of the former release have no count; only the last error is known.
  const defects = count(NAMES.defects) || (code !== undefined && isLasting(code) ? 1 : 0);
  const held = parseHeld(text(NAMES.held));
  return {
    root: text(NAMES.root) ?? messageId,
    attempts: count(NAMES.attempts),
    ...(defects > 0 && { defects }),
    looks: count(NAMES.looks),
    holds: count(NAMES.holds),
    walk: parseWalkPosition(text(NAMES.walk)),
    firstSeen: Number.isNaN(firstSeen.getTime()) ? enqueued : firstSeen,
    unsettled: flag(NAMES.unsettled),
    // Held keys that cannot be parsed cannot be excepted, so the message holds the live recovery point back.
    mirrored: flag(NAMES.mirrored) && (text(NAMES.held) === undefined || held !== undefined),
    watch: parseWatch(text(NAMES.watch)),
    held,
    // If they cannot be parsed, one of them may be below the new name of a rename.
    ...((flag(NAMES.blocked) || (text(NAMES.held) !== undefined && held === undefined)) && { blocked: true }),
    parked: flag(NAMES.parked),
    ...(parkings > 0 && { parkings }),
    lastError:
      code === undefined
        ? undefined
        : { code, detail: text(NAMES.detail) ?? '', hint: text(NAMES.hint) ?? '' },
    trace: text(TRACEPARENT) ?? text(DIAGNOSTIC_ID) ?? text(LOWERED_DIAGNOSTIC_ID),
    ...(firstCode !== undefined && {
      firstError: { code: firstCode, detail: text(NAMES.firstDetail) ?? '' },
    }),
    ...(replays > 0 && { replays }),
  };
}

/**
 * A copy that was sent to expire into the dead-letter queue was received before it expired, and cannot be sent once more.
 * It goes back and expires: this is not a failure, and our host does not log it as one. Azure Functions does.
 */
export class ParkedMessageReceived extends Error {
  override readonly name = 'ParkedMessageReceived';

  constructor() {
    super('a parked message was received before it expired; it goes back to the queue until it does');
  }
}
