import { z } from 'zod';
import type { ExceptedKey } from '../api/status.ts';
import { documentKind } from '../documents/change-document.ts';
import { MAX_KEYS } from './read-dead-letters.ts';
import type { BrowsedMessage } from '../ports/dead-letter-queue.ts';

export const WAITING_SCAN = 'recovery/waiting';

/**
 * What is known of a queue that is too long to be read at once. It rests on the order of a queue: a message that
 * arrives, or that becomes due, takes a higher sequence number than all before it. So each message is read once, a
 * stretch a minute, and what was read stays true until the queue has moved on.
 */
export interface WaitingScan {
  /** No active message has a lower sequence number. */
  readonly firstActive: string;
  /** Every message with a lower sequence number was read. */
  readonly next: string;
  /** In the order of the queue. */
  readonly stretches: readonly Stretch[];
  /** Keys that wait for a recheck, the first ones by name. */
  readonly held: readonly ScannedKey[];
  /** The number of those that are not named. It falls only when the queue is read whole again. */
  readonly moreHeld: number;
}

/** A key that a message holds, which may have left the queue since. */
export interface ScannedKey extends ExceptedKey {
  readonly sequenceNumber: string;
  /** When the message is due, in milliseconds since 1970; null: it was active. */
  readonly due: number | null;
}

/** Messages that were read one after the other, which may have left the queue since. Times are in milliseconds since 1970. */
export interface Stretch {
  /** The sequence number of the last one. */
  readonly last: string;
  /** The active ones that hold back the live recovery point, and the bytes of their blobs. */
  readonly messages: number;
  readonly bytes: number;
  /** Those on their way to the dead-letter queue. */
  readonly parked: number;
  /** The earliest change of the active ones; null: none. */
  readonly active: number | null;
  /** The earliest change of the scheduled ones, and when the last of them is due; null: none. */
  readonly scheduled: { readonly since: number; readonly due: number } | null;
}

const number = z.string().regex(/^\d{1,20}$/);
const count = z.number().min(0);

/** If damaged, a new one begins with the next sample, within a minute: the live point stays where it was meanwhile. */
export const WAITING_SCAN_DOCUMENT = documentKind<WaitingScan>('what is known of a long queue', {
  format: 1,
}).of(
  z.object({
    firstActive: number,
    next: number,
    stretches: z.array(
      z.object({
        last: number,
        messages: count,
        bytes: count,
        parked: count,
        active: z.number().nullable(),
        scheduled: z.object({ since: z.number(), due: z.number() }).nullable(),
      }),
    ),
    held: z.array(
      z.object({
        container: z.string(),
        path: z.string(),
        reason: z.string(),
        sequenceNumber: number,
        due: z.number().nullable(),
      }),
    ),
    moreHeld: count,
  }),
);

/** The messages of a stretch: few enough that one which lingers says little too much, enough for few stretches. */
const STRETCH_MESSAGES = 5000;
/** Beyond this number neighbours are merged. 2,000 take a quarter of a megabyte. */
const MAX_STRETCHES = 2000;
/** The clocks of the queue and of ours may differ by this much: `clock-off` is told beyond it. */
const CLOCK_MARGIN_MS = 60_000;

export const NOTHING_SCANNED: WaitingScan = {
  firstActive: '0',
  next: '0',
  stretches: [],
  held: [],
  moreHeld: 0,
};

/** Since when a message holds back the live recovery point. */
export interface WaitingChange {
  readonly since: Date;
  readonly bytes: number;
}

const EMPTY: Stretch = { last: '0', messages: 0, bytes: 0, parked: 0, active: null, scheduled: null };

/** Collects stretches while messages are read in the order of the queue. */
export class StretchCollector {
  readonly #size: number;
  readonly #stretches: Stretch[] = [];
  #open: { -readonly [member in keyof Stretch]: Stretch[member] } | undefined;
  #read = 0;
  #firstActive: string | undefined;

  constructor(size = STRETCH_MESSAGES) {
    this.#size = size;
  }

  /** @param change since when it holds back the live recovery point; undefined: it does not */
  add(message: BrowsedMessage, change: WaitingChange | 'parked' | undefined): void {
    const open = (this.#open ??= { ...EMPTY });
    open.last = message.sequenceNumber;
    if (message.state !== 'scheduled') this.#firstActive ??= message.sequenceNumber;
    if (change === 'parked') open.parked++;
    else if (change !== undefined) {
      const since = change.since.getTime();
      if (message.state === 'scheduled') {
        const due = (message.scheduledFor ?? message.enqueuedAt).getTime();
        open.scheduled = laterDue({ since, due }, open.scheduled);
      } else {
        open.active = earlier(since, open.active);
        open.messages++;
        open.bytes += change.bytes;
      }
    }
    this.#read++;
    if (this.#read % this.#size === 0) this.#close();
  }

  /** The lowest sequence number of an active message; undefined: there was none. */
  get firstActive(): string | undefined {
    return this.#firstActive;
  }

  /** All that was added so far. */
  get stretches(): readonly Stretch[] {
    this.#close();
    return this.#stretches;
  }

  #close(): void {
    if (this.#open !== undefined) this.#stretches.push(this.#open);
    this.#open = undefined;
  }
}

/**
 * A scan without what is no longer in the queue. A stretch that the queue has left in part stays whole. A scheduled
 * message that became due is active under a higher number, so it was read again, or is still to be read.
 *
 * @param now when `firstActive` was found
 */
export function withoutLeft(scan: WaitingScan, now: Date): WaitingScan {
  const first = BigInt(scan.firstActive);
  const isDue = (due: number): boolean => due < now.getTime() - CLOCK_MARGIN_MS;
  return {
    ...scan,
    stretches: scan.stretches
      .map((stretch) => (BigInt(stretch.last) < first ? { ...stretch, active: null, parked: 0 } : stretch))
      .map((stretch) =>
        stretch.scheduled !== null && isDue(stretch.scheduled.due)
          ? { ...stretch, scheduled: null }
          : stretch,
      )
      .filter(({ active, scheduled, parked }) => active !== null || scheduled !== null || parked > 0),
    held: scan.held.filter(({ sequenceNumber, due }) =>
      due === null ? BigInt(sequenceNumber) >= first : !isDue(due),
    ),
  };
}

/** The scan with what was read after it. */
export function append(
  scan: WaitingScan,
  more: readonly Stretch[],
  held: { readonly named: readonly ScannedKey[]; readonly more: number },
  max = MAX_STRETCHES,
): WaitingScan {
  const last = more.at(-1)?.last;
  let stretches = [...scan.stretches, ...more];
  while (stretches.length > max) stretches = mergeNeighbours(stretches);
  // A later message of a key replaces an earlier one: it leaves the queue later.
  const byKey = new Map([...scan.held, ...held.named].map((key) => [`${key.container}/${key.path}`, key]));
  const named = [...byKey.values()].slice(0, MAX_KEYS);
  return {
    ...scan,
    next: last === undefined ? scan.next : String(BigInt(last) + 1n),
    stretches,
    held: named,
    moreHeld: scan.moreHeld + held.more + byKey.size - named.length,
  };
}

function mergeNeighbours(stretches: readonly Stretch[]): Stretch[] {
  const merged: Stretch[] = [];
  for (let i = 0; i < stretches.length; i += 2) {
    const [one, other] = [stretches[i], stretches[i + 1]];
    if (one === undefined) break;
    merged.push(other === undefined ? one : merge(one, other));
  }
  return merged;
}

function merge(one: Stretch, other: Stretch): Stretch {
  return {
    last: other.last,
    messages: one.messages + other.messages,
    bytes: one.bytes + other.bytes,
    parked: one.parked + other.parked,
    active: earlier(one.active, other.active),
    scheduled: laterDue(one.scheduled, other.scheduled),
  };
}

function laterDue(one: Stretch['scheduled'], other: Stretch['scheduled']): Stretch['scheduled'] {
  if (one === null || other === null) return one ?? other;
  return { since: Math.min(one.since, other.since), due: Math.max(one.due, other.due) };
}

/** The earliest change of a scan; undefined: none. */
export function earliestOf({ stretches }: WaitingScan): Date | undefined {
  let at: number | null = null;
  for (const { active, scheduled } of stretches) at = earlier(earlier(at, active), scheduled?.since ?? null);
  return at === null ? undefined : new Date(at);
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
