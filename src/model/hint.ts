import { z } from 'zod';
import {
  type BlobPath,
  type Key,
  type Prefix,
  type Rename,
  parseBlobPath,
  parseContainerName,
} from './key.ts';

/**
 * An event as it was read: keys to check. Nothing in it decides what is written (invariant 1); the rest is for filtering,
 * for lag and for the log.
 */
export interface Hint {
  /** At least one. Several for a rename, the new name first, and if the event's subject and url name different blobs. */
  readonly keys: readonly Key[];
  /**
   * For each name that lost characters on its way: the longest certain prefix. The blob is one of those below it, and
   * the keys are guesses.
   */
  readonly prefixes: readonly Prefix[];
  /** The rename of the event, by the likeliest reading of both names. */
  readonly rename: Rename | undefined;
  /** If a key is a directory, everything below it must be checked too: the event stands for all of it. */
  readonly isDeep: boolean;
  /** The source account that the event names, in lower case; undefined if it names none. */
  readonly account: string | undefined;
  readonly eventId: string | undefined;
  /** Empty if the event has none. */
  readonly eventType: string;
  readonly eventTime: Date;
  /**
   * Whether the blob may change again without an event, so that it is rechecked: `closed` if the event says that its
   * writer is done, `open` if it may still be writing.
   */
  readonly silentChanges: 'none' | 'open' | 'closed';
  /** The event as it came, to be sent again for a later check. */
  readonly event: unknown;
}

/** How far a walk of prefixes has come. Everything before it was checked. */
export interface WalkPosition {
  /** The current prefix; those before it are done. */
  readonly prefix: Prefix;
  /**
   * The path after which each listing continues; undefined: at the beginning. Each account has its own, since the two may
   * list in different orders.
   */
  readonly source: BlobPath | undefined;
  readonly backup: BlobPath | undefined;
  /** The page of each listing, for services that can only resume by page. */
  readonly markers?: { readonly source?: string | undefined; readonly backup?: string | undefined };
}

export function walkPositionText({ prefix, source, backup, markers }: WalkPosition): string {
  return JSON.stringify({ container: prefix.container, prefix: prefix.path, source, backup, markers });
}

const TEXT = z.object({
  container: z.string(),
  prefix: z.string(),
  source: z.string().optional(),
  backup: z.string().optional(),
  markers: z.object({ source: z.string().optional(), backup: z.string().optional() }).optional(),
});

/** Undefined if it cannot be parsed: the walk then starts again, which costs requests and skips nothing. */
export function parseWalkPosition(text: string | undefined): WalkPosition | undefined {
  if (text === undefined) return undefined;
  const toPath = (path: string | undefined) => (path === undefined ? undefined : parseBlobPath(path));
  try {
    const { container, prefix, source, backup, markers } = TEXT.parse(JSON.parse(text));
    return {
      prefix: { container: parseContainerName(container), path: prefix },
      source: toPath(source),
      backup: toPath(backup),
      ...(markers !== undefined && { markers }),
    };
  } catch {
    return undefined;
  }
}
