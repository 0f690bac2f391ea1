import { z } from 'zod';
import { documentKind } from '../../model/document-kind.ts';
import type { ErrorCode } from '../../model/errors.ts';

export const CANARY = 'recovery/canary';
/** When a document was written is told in whole seconds, cut off. */
const SECOND_MS = 1000;

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

const time = z.iso.datetime();

/** Damaged, it is as if no canary had been written yet: the next one makes it anew within a minute. */
export const CANARY_DOCUMENT = documentKind<CanaryDocument>(
  'what is known of the canary',
  z.object({
    last: z.object({ at: time, etag: z.string().min(1) }).optional(),
    missingSince: time.optional(),
    tookMs: z.number().min(0).optional(),
    refused: z.object({ code: z.string(), since: time }).optional(),
  }),
);

/** What the canary of a moment holds. */
export function canaryText(at: string): string {
  return `${JSON.stringify({ writtenAt: at })}\n`;
}

/** As it is believed: no canary was written after its document was, by the service's own clock. */
export function believeCanary(document: CanaryDocument, writtenAt: Date | undefined): CanaryDocument {
  if (writtenAt === undefined) return document;
  const end = new Date(writtenAt.getTime() + SECOND_MS).toISOString();
  const { last, missingSince } = document;
  return {
    ...document,
    ...(last !== undefined && last.at > end && { last: { ...last, at: end } }),
    ...(missingSince !== undefined && missingSince > end && { missingSince: end }),
  };
}

/** One more was written. */
export function toWritten(
  { missingSince, tookMs }: CanaryDocument,
  at: string,
  etag: string,
): CanaryDocument {
  return {
    last: { at, etag },
    // What lies ahead was told by a clock that is wrong.
    missingSince: missingSince === undefined || missingSince > at ? at : missingSince,
    ...(tookMs !== undefined && { tookMs }),
  };
}

/** The last one was seen on the backup; unless another one was written meanwhile. */
export function toArrived(document: CanaryDocument, etag: string, tookMs: number): CanaryDocument {
  if (document.last?.etag !== etag) return document;
  const { missingSince: _, ...rest } = document;
  return { ...rest, tookMs };
}
