import { z } from 'zod';
import type { Counts, ReportLine } from '../api/run.ts';
import type { Adoptable } from '../model/adoption.ts';
import { parseEtag } from '../model/etag.ts';
import { type ContainerName, parseBlobPath, parseContainerName } from '../model/key.ts';
import { type RunId, runIdSchema } from '../model/run-id.ts';
import { SHARD_NAME, type ShardMessage } from '../model/shard-message.ts';

/** A slice of a shard: what one worker does for one message. The plan comes from the documents of the run. */
export type Shard = CompareShard | DeleteShard;

interface ShardBase {
  readonly run: RunId;
  /** Unique in the run; 40 characters at most, which keeps message ids within Service Bus's limit. */
  readonly shard: string;
  /** The number of the slice in its shard, from 0. */
  readonly slice: number;
  readonly container: ContainerName;
}

/** The message for the first attempt of a slice. */
export function toShardMessage({ run, shard, slice }: Shard): ShardMessage {
  return { run, shard, slice, attempt: 0 };
}

/** Compares a stretch of both listings. */
export interface CompareShard extends ShardBase {
  readonly phase: 'compare';
  readonly prefix: string;
  /** Only paths from here on; ASCII, so that all listing orders split at the same place. */
  readonly from?: string | undefined;
  /** Only paths before this one; ASCII. */
  readonly to?: string | undefined;
  /** The path after which each listing goes on. */
  readonly at?: ListingPlaces | undefined;
  /** The page markers of these positions, for services that cannot start a listing at a path. */
  readonly markers?: ListingPlaces | undefined;
  /** Paths of an earlier slice whose long copies are unfinished. */
  readonly again?: readonly string[] | undefined;
  /** The progress of those of them that are being compared for adoption. */
  readonly compared?: readonly ComparedPath[] | undefined;
  /** The listings have ended; only `again` is left. */
  readonly isWalked?: true | undefined;
  /** The root directory of the container, which no listing shows, is not compared yet. */
  readonly root?: true | undefined;
  /** Does not rely on the order of the listings; excludes `from` and `to`. */
  readonly unordered?: true | undefined;
}

interface ListingPlaces {
  readonly source?: string | undefined;
  readonly backup?: string | undefined;
}

/** A path whose content has been compared in part, and is equal so far, in these versions. */
export interface ComparedPath {
  readonly path: string;
  readonly source: string;
  readonly backup: string;
  /** Length of the equal prefix, in bytes. */
  readonly equal: number;
}

/** Has the mirror core check the keys that only the backup has. */
export interface DeleteShard extends ShardBase {
  readonly phase: 'delete';
  /** How many of the container's extras are done. */
  readonly line: number;
  /** Directories that stay because of what is below them: the rest of that is checked key by key. */
  readonly below?: readonly DirectoryRest[] | undefined;
}

export interface DirectoryRest {
  readonly directory: string;
  readonly after?: string | undefined;
  /** The page marker of `after`, for services that cannot start a listing at a path. */
  readonly marker?: string | undefined;
}

/** The result of one slice of a shard. */
export interface SliceResult {
  readonly counts: Counts;
  /** Lines for the run's samples; all lines are in the slice's own report. */
  readonly sample: readonly ReportLine[];
  /** Listed entries; `bytes`: total size of the source's. */
  readonly listed: { readonly source: number; readonly backup: number; readonly bytes?: number };
  /** Keys that only the backup has, including those below a directory; the lines of extras name only the topmost. */
  readonly extras: number;
  /** Those of them with a stamp of this source. */
  readonly mirroredExtras: number;
  /** Those of them that would be deleted; undefined, from a worker of a former release: all of them. */
  readonly deletions?: number;
  /** By reason, those of them that stay, since they carry no stamp of ours; the lines of foreign keys name them. */
  readonly foreign?: Readonly<Record<string, number>>;
  /** In a dry run: what could be adopted. */
  readonly adoptable?: Adoptable;
  /** Keys of a hierarchical source that something on the backup blocks from being mirrored; undefined: none. */
  readonly blocked?: number;
  /** The next slice of the shard; `toOutcome` sets its number. Undefined: the shard is done. */
  readonly next?: Shard | undefined;
  /** The second half of the rest, for another worker; `toOutcome` names it. */
  readonly split?: CompareShard | undefined;
  /** The listings are in an unknown order: the container must be walked again without relying on it. */
  readonly isUnordered?: true;
}

const MAX_PATH_LENGTH = 1024;

const count = z.int().min(0);
/** A prefix, or a place in a listing. */
const place = z
  .string()
  .max(MAX_PATH_LENGTH)
  .refine((text) => text.isWellFormed(), 'contains half a surrogate pair');
const path = z.string().refine(parses(parseBlobPath), 'is no valid blob path');
const etag = z.string().refine(parses(parseEtag), 'is no valid ETag');

const containerName = z.string().refine(parses(parseContainerName), 'is no valid container name');

/** See `ShardPlan`. */
export const shardPlanSchema = z.object({
  prefix: place.optional(),
  from: place.optional(),
  to: place.optional(),
  root: z.literal(true).optional(),
});

const base = {
  run: runIdSchema,
  shard: z.string().regex(SHARD_NAME),
  slice: count,
  container: containerName,
};

/** See `Shard`: what follows a slice, in its outcome document. */
export const shardSchema = z.discriminatedUnion('phase', [
  z.object({
    ...base,
    phase: z.literal('compare'),
    prefix: place,
    from: place.optional(),
    to: place.optional(),
    at: z.object({ source: path.optional(), backup: path.optional() }).optional(),
    markers: z.object({ source: z.string().optional(), backup: z.string().optional() }).optional(),
    again: z.array(path).optional(),
    compared: z.array(z.object({ path, source: etag, backup: etag, equal: count })).optional(),
    isWalked: z.literal(true).optional(),
    root: z.literal(true).optional(),
    unordered: z.literal(true).optional(),
  }),
  z.object({
    ...base,
    phase: z.literal('delete'),
    line: count,
    below: z
      .array(z.object({ directory: path, after: path.optional(), marker: z.string().optional() }))
      .optional(),
  }),
]);

function parses(parse: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      parse(text);
      return true;
    } catch {
      return false;
    }
  };
}
