import { z } from 'zod';
import { type BlobPath, parseBlobPath, parseContainerName } from './key.ts';
import type { Prefix } from './prefix.ts';

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
