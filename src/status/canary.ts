import { z } from 'zod';
import type { CanaryStatus } from '../api/status.ts';
import { documentKind } from '../documents/document-kind.ts';
import type { ErrorCode } from '../model/errors.ts';
import { type ContainerName, type Key, parseBlobPath } from '../model/key.ts';
import { type MirrorId, canaryName } from '../model/mirror-id.ts';
import { type Reading, isBlob } from '../model/reading.ts';

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

const timeSchema = z.iso.datetime();

/** Damaged, it is as if no canary had been written yet: the next one makes it anew within a minute. */
export const CANARY_DOCUMENT = documentKind<CanaryDocument>('what is known of the canary', { format: 1 }).of(
  z.object({
    last: z.object({ at: timeSchema, etag: z.string().min(1) }).optional(),
    missingSince: timeSchema.optional(),
    tookMs: z.number().min(0).optional(),
    refused: z.object({ code: z.string(), since: timeSchema }).optional(),
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

/** Where the canary of a mirror lives: each has its own, since several may mirror one source, and several to one backup. */
export function canaryPlace(container: ContainerName, id: MirrorId): Key {
  return { container, path: parseBlobPath(canaryName(id)) };
}

/**
 * How long the last canary took, in milliseconds, if it is what the backup has; undefined while it is not.
 *
 * @param now when it was seen by somebody who was waiting for it; without it, the second of the backup's write counts
 */
export function canaryDelay(
  { last }: CanaryDocument,
  onBackup: Reading,
  source: string,
  now?: Date,
): number | undefined {
  if (last === undefined || !isBlob(onBackup)) return undefined;
  const { stamp, lastModified, size } = onBackup;
  if (stamp?.etag !== last.etag || stamp.account !== source) return undefined;
  // A stamp on a blob of another size is not believed, here as anywhere.
  if (size !== canaryText(last.at).length) return undefined;
  return Math.max(0, (now ?? lastModified).getTime() - Date.parse(last.at));
}

/** One is written each minute; after so long without, nobody writes any. */
const STOPPED_AFTER_MS = 180_000;

/**
 * The age of the canary: what the last one took to the backup; while it is not there, the time since the first that is
 * missing was written; and when no other was written for minutes, the time since then, since an old one says nothing of
 * now.
 *
 * @param isOutOfSight the backup, or what is known of the canary, cannot be looked at: nothing is known since the last
 */
export function toCanaryStatus(
  document: CanaryDocument,
  now: Date,
  { isOutOfSight = false }: { readonly isOutOfSight?: boolean } = {},
): CanaryStatus {
  const { last, missingSince, tookMs } = document;
  if (last === undefined) return { state: 'waiting' };
  const since = (time: string): number => Math.max(0, now.getTime() - Date.parse(time));
  const sinceLast = since(last.at);
  const ages = [
    missingSince === undefined ? (tookMs ?? 0) : since(missingSince),
    isOutOfSight || sinceLast > STOPPED_AFTER_MS ? sinceLast : 0,
  ];
  return {
    state: tookMs === undefined ? 'waiting' : 'following',
    ageMs: Math.max(...ages),
    writtenAt: last.at,
  };
}
