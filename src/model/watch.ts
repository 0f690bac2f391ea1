import { z } from 'zod';
import { type Key, parseKey } from './key.ts';
import { BLOCKED_REASONS } from './verdict.ts';

/** What is known from earlier looks of keys that may change, or become whole, without an event. */
export interface Watch {
  /** When the first look was. */
  readonly since: Date;
  /** How many looks followed the first one, the one that is under way included. */
  readonly looks: number;
  /** How many of the looks so far had to copy. */
  readonly copies: number;
  /** How long before this look the last one was, in milliseconds. */
  readonly pauseMs: number;
  readonly found: Found;
  /** What is mirrored is empty. */
  readonly isEmpty: boolean;
}

/** What a look found, as far as it matters for the next one. */
export type Found = (typeof FOUND)[number];

const FOUND = ['copied', 'in-step', 'source-still-written', 'source-copy-pending', 'blocked'] as const;

/** A key that is known to differ, or to be still changing, while a message waits to look at it again. */
export interface HeldKey {
  readonly key: Key;
  readonly reason: HoldReason;
}

export type HoldReason = (typeof HOLD_REASONS)[number];

const HOLD_REASONS = [
  'source-still-written',
  'source-copy-pending',
  /** It was mirrored, and had changed again at the last look without an event. */
  'source-still-changing',
  /** Only a person or another event changes that. */
  ...BLOCKED_REASONS,
] as const;

const COUNT = z.int().nonnegative();

const WATCH = z.object({
  since: z.iso.datetime().transform((text) => new Date(text)),
  looks: COUNT,
  copies: COUNT,
  pauseMs: COUNT,
  found: z.enum(FOUND),
  isEmpty: z.boolean(),
});

const HELD = z.array(z.tuple([z.string(), z.string(), z.enum(HOLD_REASONS)]));

export function watchText(watch: Watch): string {
  return JSON.stringify(watch);
}

/** Undefined for what is no watch: it then begins anew, which costs a few looks. */
export function parseWatch(text: string | undefined): Watch | undefined {
  return parse(text, (value) => WATCH.parse(value));
}

export function heldText(held: readonly HeldKey[]): string {
  return JSON.stringify(held.map(({ key, reason }) => [key.container, key.path, reason]));
}

/** Undefined for what cannot be read: nobody knows then which keys to except. */
export function parseHeld(text: string | undefined): readonly HeldKey[] | undefined {
  return parse(text, (value) =>
    HELD.parse(value).map(([container, path, reason]) => ({ key: parseKey(container, path), reason })),
  );
}

function parse<Value>(text: string | undefined, read: (value: unknown) => Value): Value | undefined {
  if (text === undefined) return undefined;
  try {
    return read(JSON.parse(text));
  } catch {
    return undefined;
  }
}
