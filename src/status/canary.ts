import { z } from 'zod';
import type { CanaryStatus } from '../api/status.ts';
import { documentKind } from '../documents/change-document.ts';
import type { ErrorCode } from '../model/errors.ts';
import { type ContainerName, type Key, parseBlobPath } from '../model/key.ts';
import { type MirrorId, canaryName } from '../model/mirror-id.ts';
import { type Reading, isBlob } from '../model/reading.ts';

export const CANARY = 'recovery/canary';
/** The services give the time of a write in whole seconds, rounded down. */
const SECOND_MS = 1000;

/** The state of the canary, in a document since any worker may write the next one. Times are ISO 8601. */
export interface CanaryDocument {
  /** The last canary written at the source. */
  readonly last?: { readonly at: string; readonly etag: string };
  /** When the first canary that has not arrived was written. Undefined: the last one has arrived. */
  readonly missingSince?: string;
  /** How long the last canary that arrived took, in milliseconds. Undefined: none has arrived yet. */
  readonly tookMs?: number;
  /** Why it cannot be written now. */
  readonly refused?: { readonly code: ErrorCode; readonly since: string };
}

const timeSchema = z.iso.datetime();

/** If damaged, it counts as absent: the next canary creates a new document within a minute. */
export const CANARY_DOCUMENT = documentKind<CanaryDocument>('what is known of the canary', { format: 1 }).of(
  z.object({
    last: z.object({ at: timeSchema, etag: z.string().min(1) }).optional(),
    missingSince: timeSchema.optional(),
    tookMs: z.number().min(0).optional(),
    refused: z.object({ code: z.string(), since: timeSchema }).optional(),
  }),
);

/** The content of a canary. */
export function canaryText(at: string): string {
  return `${JSON.stringify({ writtenAt: at })}\n`;
}

/** Corrected by the service's own clock: no canary was written after its document was. */
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

/** After another canary was written. */
export function toWritten(
  { missingSince, tookMs }: CanaryDocument,
  at: string,
  etag: string,
): CanaryDocument {
  return {
    last: { at, etag },
    // A later time comes from a wrong clock.
    missingSince: missingSince === undefined || missingSince > at ? at : missingSince,
    ...(tookMs !== undefined && { tookMs }),
  };
}

/** After the last canary was seen on the backup, unless another one was written meanwhile. */
export function toArrived(document: CanaryDocument, etag: string, tookMs: number): CanaryDocument {
  if (document.last?.etag !== etag) return document;
  const { missingSince: _, ...rest } = document;
  return { ...rest, tookMs };
}

/** The key of a mirror's canary: each mirror has its own, since several may share a source or a backup. */
export function canaryPlace(container: ContainerName, id: MirrorId): Key {
  return { container, path: parseBlobPath(canaryName(id)) };
}

/**
 * How long the last canary took, in milliseconds; undefined while it is not on the backup.
 *
 * @param now when a worker that waited for it saw it; without it, the backup's Last-Modified counts
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
  // A stamp on a blob of another size is not trusted.
  if (size !== canaryText(last.at).length) return undefined;
  return Math.max(0, (now ?? lastModified).getTime() - Date.parse(last.at));
}

/** A canary is written each minute; after this long without one, no worker writes any. */
const STOPPED_AFTER_MS = 180_000;

/**
 * The age of the canary: the time that the last one took to the backup; while it is missing there, the time
 * since the first missing one was written; and when none was written for minutes, the time since the last,
 * since it says nothing about now.
 *
 * @param isOutOfSight the backup or the canary's document cannot be read: nothing is known since the last
 * canary
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
