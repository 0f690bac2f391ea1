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
 * The outcome document of a slice. The first worker that writes it has walked the slice; results of other workers for the
 * same slice do not count.
 */
export interface SliceOutcome extends Omit<SliceResult, 'next' | 'split'> {
  /** The slices to send after it. */
  readonly follow: readonly Shard[];
  /** The names of its documents of lines, if there are any. */
  readonly report?: string | undefined;
  /** Lines of the report; a former release did not write it. */
  readonly reportCount?: number | undefined;
  readonly extraLines?: string | undefined;
  readonly foreignLines?: string | undefined;
  /** Lines of extras: fewer than keys if a directory stands for its content; 0 in a dry run. */
  readonly extraCount: number;
}

/** The documents of a slice's lines, and their lengths. */
export type SliceLineNames = Pick<
  SliceOutcome,
  'report' | 'reportCount' | 'extraLines' | 'extraCount' | 'foreignLines'
>;

const count = z.int().min(0);

export const OUTCOME_DOCUMENT = documentKind<SliceOutcome>('the outcome of a slice of a full sync', {
  format: 1,
}).of(
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

/** @param prefixes of the container in the scope of the run, for a container that must be walked again */
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

const MAX_NAME_LENGTH = 40;

/** Deterministic and unique: a slice splits off one shard at most. */
function nameChild({ shard }: Shard, what: string): string {
  const name = `${shard}-${what}`;
  if (name.length <= MAX_NAME_LENGTH) return name;
  return `h${createHash('sha256').update(name).digest('base64url').slice(0, 22)}`;
}

/**
 * The outcome of a slice; undefined: there is none yet.
 *
 * @throws BlobmirrorError `document-damaged`, or any storage code
 */
export async function readOutcome(
  { documents }: { readonly documents: Pick<DocumentStore, 'read'> },
  slice: SliceName,
): Promise<SliceOutcome | undefined> {
  return await readWholeDocument(documents, OUTCOME_DOCUMENT, outcomeName(slice));
}
