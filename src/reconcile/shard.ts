import { z } from 'zod';
import type { Counts, ReportLine } from '../api/run.ts';
import type { Adoptable } from '../model/adoption.ts';
import { parseEtag } from '../model/etag.ts';
import { type ContainerName, parseBlobPath, parseContainerName } from '../model/key.ts';
import { type RunId, runIdSchema } from '../model/run-id.ts';
import { SHARD_NAME, type ShardMessage } from '../model/shard-message.ts';

/** What is to be done in a slice of a shard, as the documents of the run have it: a piece that one worker takes at a time. */
export type Shard = CompareShard | DeleteShard;

interface ShardBase {
  readonly run: RunId;
  /** Unique in the run, and 40 characters at most, so that the id of a message is none too long. */
  readonly shard: string;
  /** How many slices of the shard came before this one. */
  readonly slice: number;
  readonly container: ContainerName;
}

/** What asks for the first try of a slice. */
export function toShardMessage({ run, shard, slice }: Shard): ShardMessage {
  return { run, shard, slice, attempt: 0 };
}

/** Walks a stretch of both listings in step. */
export interface CompareShard extends ShardBase {
  readonly phase: 'compare';
  readonly prefix: string;
  /** Only paths from here on; ASCII, so that every order of a listing parts at the same place. */
  readonly from?: string | undefined;
  /** Only paths before this one; ASCII. */
  readonly to?: string | undefined;
  /** After which path each listing goes on. */
  readonly at?: ListingPlaces | undefined;
  /** On which page of each listing that is, for services that begin nowhere else. */
  readonly markers?: ListingPlaces | undefined;
  /** Paths of an earlier slice whose long copies are not done. */
  readonly again?: readonly string[] | undefined;
  /** How far comparisons came of those of them that are to be adopted. */
  readonly compared?: readonly ComparedPath[] | undefined;
  /** The listings are at their end: only `again` is left. */
  readonly isWalked?: true | undefined;
  /** The root directory of the container is still to be compared, which no listing shows. */
  readonly root?: true | undefined;
  /** The order of the listings is not relied upon; there is neither `from` nor `to` then. */
  readonly unordered?: true | undefined;
}

interface ListingPlaces {
  readonly source?: string | undefined;
  readonly backup?: string | undefined;
}

/** A path whose content is equal on both sides so far, in these very versions. */
export interface ComparedPath {
  readonly path: string;
  readonly source: string;
  readonly backup: string;
  /** How many bytes, from the first on. */
  readonly equal: number;
}

/** Lets the heart look at the keys that only the backup was seen to have. */
export interface DeleteShard extends ShardBase {
  readonly phase: 'delete';
  /** How many keys of the container's extras are done. */
  readonly line: number;
  /** Directories that stay for what is below them, of which the rest is to be looked at key by key, and behind which path. */
  readonly below?: readonly DirectoryRest[] | undefined;
}

export interface DirectoryRest {
  readonly directory: string;
  readonly after?: string | undefined;
  /** On which page of its listing that is, for services that begin nowhere else. */
  readonly marker?: string | undefined;
}

/** What one slice of a shard found and did. */
export interface SliceResult {
  readonly counts: Counts;
  /** Lines for the run's samples; all lines are in the slice's own report. */
  readonly sample: readonly ReportLine[];
  /** Entries that were listed; bytes: of the source's together. */
  readonly listed: { readonly source: number; readonly backup: number; readonly bytes?: number };
  /** Keys that only the backup has, with all that is below a directory: the topmost are written to the slice's extras. */
  readonly extras: number;
  /** Those of them that bear a stamp of this source. */
  readonly mirroredExtras: number;
  /** Those of them that would be deleted; all of them where nothing is said, as a worker of a former release says. */
  readonly deletions?: number;
  /** Those of them that stay since they bear no stamp of ours, by the reason: they are written to the slice's foreign keys. */
  readonly foreign?: Readonly<Record<string, number>>;
  /** What a dry run found that could be adopted. */
  readonly adoptable?: Adoptable;
  /** Keys of a hierarchical source that something on the backup kept from being mirrored; undefined is none. */
  readonly blocked?: number;
  /** Where the shard goes on; whoever records it sets its slice. Undefined: it is done. */
  readonly next?: Shard | undefined;
  /** The other half of what was left, for another worker; whoever records it gives it a name. */
  readonly split?: CompareShard | undefined;
  /** The listings do not have the order that was expected: the container must be walked anew without relying on it. */
  readonly isUnordered?: true;
}

const LONGEST_NAME = 1024;

const count = z.int().min(0);
/** A prefix, or a place in a listing. */
const place = z
  .string()
  .max(LONGEST_NAME)
  .refine((text) => text.isWellFormed(), 'half a character');
const path = z.string().refine(parses(parseBlobPath), 'is no path of a blob');
const etag = z.string().refine(parses(parseEtag), 'is no ETag');

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

/** See `Shard`: as a slice's outcome tells of what follows it. */
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
