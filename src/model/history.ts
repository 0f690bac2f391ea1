import type { Etag } from './etag.ts';
import type { BlobPath } from './key.ts';
import type { BlobKind } from './reading.ts';
import type { Stamp } from './stamp.ts';

/** A state of a backup blob that the account keeps: what it is now, or a version that has ended. */
export interface KeptVersion {
  /** The service's id: when it was written, to 100 nanoseconds. */
  readonly id: string;
  readonly etag: Etag;
  /** When it was written, as far as a `Date` tells. */
  readonly writtenAt: Date;
  /** When the blob was created that it is a version of: an overwrite keeps it, a deletion and another write do not. */
  readonly createdAt: Date | undefined;
  /** Bytes. */
  readonly size: number;
  readonly kind: BlobKind;
  readonly stamp: Stamp | undefined;
  /** What is there now. */
  readonly isCurrent: boolean;
  /** It is read only after it was undeleted. */
  readonly isSoftDeleted: boolean;
  /** A copy that was not finished: it was never a state of the source. */
  readonly isUnfinished: boolean;
}

/** Why a version was deleted. */
export const END_REASONS = [
  /** The source answered that it has no such blob. */
  'absent-at-source',
  /** It made way for a new version that could not overwrite it, or for a directory. */
  'replaced',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Written before a version is deleted: the service keeps no time of it. */
export interface EndRecord {
  readonly etag: Etag;
  readonly at: Date;
  readonly why: EndReason;
}

/** What an account keeps of one key. */
export interface KeyHistory {
  readonly path: BlobPath;
  /** Oldest first. */
  readonly versions: readonly KeptVersion[];
  readonly records: readonly EndRecord[];
}

/** A version, and how long it was what the backup had. */
export interface Lifetime {
  readonly version: KeptVersion;
  readonly from: Date;
  /** Undefined while it lasts; `unknown` if it was deleted and nobody recorded when: not by this mirror. */
  readonly to: Date | 'unknown' | undefined;
  readonly why: 'overwritten' | EndReason | undefined;
}

/**
 * When each version of a key began and ended, oldest first. Copies that were not finished are no states of their own: the
 * version before them lasts until the next whole one.
 *
 * A worker that dies between a record and the deletion leaves a record of a version that is still there, or that was
 * overwritten later. So a record counts only if nothing is there now, or what followed was created after the record. Of
 * several, the last one counts, in favour of what was there: two workers that are about to delete a version both record it.
 */
export function lifetimesOf({ versions, records }: Omit<KeyHistory, 'path'>): readonly Lifetime[] {
  const states = versions.filter(({ isUnfinished }) => !isUnfinished);
  return states.map((version, i): Lifetime => {
    const from = version.writtenAt;
    const next = states[i + 1];
    if (version.isCurrent) return { version, from, to: undefined, why: undefined };
    const record = records.findLast(
      ({ etag, at }) => etag === version.etag && (next === undefined || wasCreatedAfter(next, at)),
    );
    if (record !== undefined) return { version, from, to: record.at, why: record.why };
    if (next !== undefined) return { version, from, to: next.writtenAt, why: 'overwritten' };
    return { version, from, to: 'unknown', why: undefined };
  });
}

/** The service tells when a blob was created in whole seconds. */
const SECOND = 1000;

/**
 * Whether nothing was there when a version was written, at that moment or later. A service that does not tell when a blob
 * was created leaves a doubt, which counts for what was there.
 */
function wasCreatedAfter({ createdAt, writtenAt }: KeptVersion, moment: Date): boolean {
  if (createdAt === undefined) return false;
  const isOverwrite = writtenAt.getTime() - createdAt.getTime() >= SECOND;
  return !isOverwrite && createdAt.getTime() > moment.getTime() - SECOND;
}

/** The version that the backup had at a moment, or may have had, if nobody recorded its end; undefined if it had none. */
export function versionAt(lifetimes: readonly Lifetime[], moment: Date): Lifetime | undefined {
  return lifetimes.find(
    ({ from, to }) => from <= moment && (to === undefined || to === 'unknown' || moment < to),
  );
}
