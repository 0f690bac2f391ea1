import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readWholeDocument } from '../../documents/change-document.ts';
import { documentKind } from '../../documents/document-kind.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import {
  type SliceName,
  adoptableSchema,
  countsSchema,
  outcomeName,
  reportLineSchema,
} from './run-document.ts';
import { type Shard, type SliceResult, shardSchema } from '../shard.ts';

/**
 * What came of a slice, as it is kept: whoever puts it there first has walked the slice, and what others found of the
 * same slice does not count.
 */
export interface SliceOutcome extends Omit<SliceResult, 'next' | 'split'> {
  /** What is to be sent after it. */
  readonly follow: readonly Shard[];
  /** The names of its lines, where there are any. */
  readonly report?: string | undefined;
  /** How many lines the report has; a former release did not say. */
  readonly reportCount?: number | undefined;
  readonly extraLines?: string | undefined;
  readonly foreignLines?: string | undefined;
  /** How many lines of extras there are: fewer than keys, where a directory stands for what is below it; none in a dry run. */
  readonly extraCount: number;
}

/** Where a slice's lines are, and how many they are. */
export type SliceLineNames = Pick<
  SliceOutcome,
  'report' | 'reportCount' | 'extraLines' | 'extraCount' | 'foreignLines'
>;

const count = z.int().min(0);

const OUTCOME_DOCUMENT = documentKind<SliceOutcome>(
  'what came of a slice of a full sync',
  z.object({
    counts: countsSchema,
    sample: z.array(reportLineSchema),
    listed: z.object({ source: count, backup: count, bytes: z.number().min(0).optional() }),
    extras: count,
    mirroredExtras: count,
    deletions: count.optional(),
    foreign: z.record(z.string(), count).optional(),
    adoptable: adoptableSchema.optional(),
    blocked: count.optional(),
    isUnordered: z.literal(true).optional(),
    follow: z.array(shardSchema),
    report: z.string().optional(),
    reportCount: count.optional(),
    extraLines: z.string().optional(),
    foreignLines: z.string().optional(),
    extraCount: count,
  }),
);

/** @param prefixes of the container in the scope of the run, for a container that is to be walked anew */
export function toOutcome(
  shard: Shard,
  { next, split, ...result }: SliceResult,
  lines: SliceLineNames,
  prefixes: readonly string[],
): SliceOutcome {
  const kept = { ...result, ...lines };
  const { run, container } = shard;
  const common = { run, container };
  if (result.isUnordered === true && shard.phase === 'compare' && shard.unordered !== true) {
    const follow = prefixes.map((prefix, i) => ({
      ...common,
      phase: 'compare' as const,
      shard: nameChild(shard, `u${i}`),
      slice: 0,
      prefix,
      unordered: true as const,
    }));
    return { ...kept, follow };
  }
  const follow: Shard[] = [];
  if (next !== undefined) follow.push({ ...next, ...common, shard: shard.shard, slice: shard.slice + 1 });
  if (split !== undefined)
    follow.push({ ...split, ...common, shard: nameChild(shard, shard.slice.toString(36)), slice: 0 });
  const { isUnordered: _, ...ordered } = kept;
  return { ...ordered, follow };
}

const LONGEST_NAME = 40;

/** The same from whoever gives it, and no other shard's: a slice has one half that is split off at most. */
function nameChild({ shard }: Shard, what: string): string {
  const name = `${shard}-${what}`;
  if (name.length <= LONGEST_NAME) return name;
  return `h${createHash('sha256').update(name).digest('base64url').slice(0, 22)}`;
}

/**
 * What came of a slice before; undefined when nobody got so far.
 *
 * @throws BlobmirrorError `document-damaged`, or any storage code
 */
export async function readOutcome(
  { documents }: { readonly documents: Pick<DocumentStore, 'read'> },
  slice: SliceName,
): Promise<SliceOutcome | undefined> {
  return await readWholeDocument(documents, OUTCOME_DOCUMENT, outcomeName(slice));
}
