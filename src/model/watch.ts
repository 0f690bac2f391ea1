import { z } from 'zod';
import { type Key, parseKey } from './key.ts';
import { BLOCKED_REASONS } from './verdict.ts';

/** What earlier checks found of a key that may change, or become complete, without an event. */
export interface Watch {
  /** When the first check was. */
  readonly since: Date;
  /** Rechecks after the first check, the current one included. */
  readonly looks: number;
  /** Checks so far that copied. */
  readonly copies: number;
  /** The pause before this check, in milliseconds. */
  readonly pauseMs: number;
  readonly found: Found;
  /** The mirrored content is empty. */
  readonly isEmpty: boolean;
}

/** What a check found, as far as it matters for the next one. */
export type Found = (typeof FOUND)[number];

const FOUND = ['copied', 'in-step', 'source-still-written', 'source-copy-pending', 'blocked'] as const;

/** A key that is known to differ, or to be still changing, while a message waits to recheck it. */
export interface HeldKey {
  readonly key: Key;
  readonly reason: HoldReason;
}

export type HoldReason = (typeof HOLD_REASONS)[number];

const HOLD_REASONS = [
  'source-still-written',
  'source-copy-pending',
  /** It was mirrored, and the last check found it changed again without an event. */
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

/** Undefined if it cannot be parsed: the watch then starts again, which costs a few checks. */
export function parseWatch(text: string | undefined): Watch | undefined {
  return parse(text, (value) => WATCH.parse(value));
}

export function heldText(held: readonly HeldKey[]): string {
  return JSON.stringify(held.map(({ key, reason }) => [key.container, key.path, reason]));
}

/** Undefined if it cannot be parsed: then it is unknown which keys to except. */
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
