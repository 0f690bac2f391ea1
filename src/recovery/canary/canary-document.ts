import type { ErrorCode } from '../../model/errors.js';

export const CANARY = 'recovery/canary';

/** What is known of the canary: a document, since any worker may write the next one. Times are ISO 8601. */
export interface CanaryDocument {
  /** The last one that was written at the source. */
  readonly last?: { readonly at: string; readonly etag: string };
  /** When the first one was written that was not seen to arrive since. Undefined: the last one has arrived. */
  readonly missingSince?: string;
  /** How long the last one that was seen to arrive took, in milliseconds. Undefined: none was ever seen. */
  readonly tookMs?: number;
  /** Why it cannot be written now. */
  readonly refused?: { readonly code: ErrorCode; readonly since: string };
}

/** What the canary of a moment holds. */
export function canaryText(at: string): string {
  return `${JSON.stringify({ writtenAt: at })}\n`;
}

/** One more was written. */
export function toWritten(
  { missingSince, tookMs }: CanaryDocument,
  at: string,
  etag: string,
): CanaryDocument {
  return {
    last: { at, etag },
    missingSince: missingSince ?? at,
    ...(tookMs !== undefined && { tookMs }),
  };
}

/** The last one was seen on the backup; unless another one was written meanwhile. */
export function toArrived(document: CanaryDocument, etag: string, tookMs: number): CanaryDocument {
  if (document.last?.etag !== etag) return document;
  const { missingSince: _, ...rest } = document;
  return { ...rest, tookMs };
}
