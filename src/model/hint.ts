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
 * What is left of an event once it was read: keys to look at again. No byte of it decides what is written
 * (invariant 1); the rest is for filtering, for lag and for the log.
 */
export interface Hint {
  /** At least one; of a rename, the new name first. Several when the event's subject and url name different blobs, and for renames. */
  readonly keys: readonly Key[];
  /**
   * For each name of the event that lost characters on its way: the longest prefix that is sure. The blob is one of
   * those beneath it. The keys then are guesses.
   */
  readonly prefixes: readonly Prefix[];
  /** The rename that the event tells of, by the likeliest reading of both names. */
  readonly rename: Rename | undefined;
  /** Where a key proves to be a directory, what is below it must be looked at too: a directory's own event stands for all of it. */
  readonly isDeep: boolean;
  /** The source account that the event names, in lower case; undefined when it names none. */
  readonly account: string | undefined;
  readonly eventId: string | undefined;
  /** Empty where the event tells none. */
  readonly eventType: string;
  readonly eventTime: Date;
  /**
   * Whether the blob may change again without an event, so that it is looked at again a while after it was mirrored:
   * `closed` where the event says that its writer is done, `open` where it may be at work.
   */
  readonly silentChanges: 'none' | 'open' | 'closed';
  /** The event as it came, to be sent again when the key must be looked at later. */
  readonly event: unknown;
}

/** How far a walk of prefixes has come. Everything before it was looked at. */
export interface WalkPosition {
  /** The prefix that the walk is in; those before it are done. */
  readonly prefix: Prefix;
  /**
   * After which path each listing goes on; undefined: at its beginning. Each side has its own: nothing says that both
   * accounts list in the same order.
   */
  readonly source: BlobPath | undefined;
  readonly backup: BlobPath | undefined;
  /** On which page of each listing that is, for services that begin nowhere else. */
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

/** Undefined for what is no position: a walk then begins anew, which costs requests and passes nothing over. */
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
