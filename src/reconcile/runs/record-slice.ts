import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ContainerProgress, Run, ShardPlan, ShardProgress } from '../../api/run.ts';
import { documentKind, readWholeDocument } from '../../documents/change-document.ts';
import { NOTHING_ADOPTABLE, addAdoptable, toEstimate } from '../../model/adoption.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { addCounts, addCountsByName, addSamples } from '../counts.ts';
import {
  type SliceName,
  adoptableSchema,
  countsSchema,
  outcomeName,
  reportLineSchema,
} from './run-document.ts';
import { addAlert, failShard, isUnderWay, progressOf } from './run-store.ts';
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

export const NOTHING_LISTED: ContainerProgress = {
  source: 0,
  backup: 0,
  inStep: 0,
  extras: 0,
  mirroredExtras: 0,
};

/**
 * A service may return empty pages where it skips deleted blobs. A listing with nothing else for this many slices is
 * taken to be endless.
 */
const MAX_IDLE_SLICES = 20;

/**
 * The run with one more slice recorded; undefined: the slice was recorded before, or the run is over. Of a shard that
 * failed, or whose container is walked again, only what was done counts, not what was seen.
 */
export function recordSlice(run: Run, shard: SliceName, outcome: SliceOutcome, now: Date): Run | undefined {
  const progress = progressOf(run, shard.shard);
  if (!isUnderWay(run) || progress === undefined || progress.slices !== shard.slice) return undefined;
  const slices = progress.slices + 1;
  const { tries: _tries, ...untried } = progress;
  const { inStep, ...done } = outcome.counts;
  const recorded: Run = {
    ...run,
    updatedAt: now.toISOString(),
    counts: addCounts(run.counts, progress.isDone ? done : { ...done, inStep }),
    samples: addSamples(run.samples, outcome.sample),
    shards: { ...run.shards, [shard.shard]: { ...untried, slices } },
  };
  if (progress.isDone) return recorded;

  const { listed, extras, mirroredExtras, deletions = extras, foreign, adoptable, blocked, follow } = outcome;
  const name = progress.container;
  const before = run.containers[name] ?? NOTHING_LISTED;
  const container: ContainerProgress = {
    ...before,
    source: before.source + listed.source,
    backup: before.backup + listed.backup,
    ...(listed.bytes !== undefined && { bytes: (before.bytes ?? 0) + listed.bytes }),
    inStep: before.inStep + inStep,
    extras: before.extras + extras,
    mirroredExtras: before.mirroredExtras + mirroredExtras,
    deletions: (before.deletions ?? before.extras) + deletions,
    ...(blocked !== undefined && { blocked: (before.blocked ?? 0) + blocked }),
    ...(foreign !== undefined && { foreign: addCountsByName(before.foreign ?? {}, foreign) }),
  };
  const added: Record<string, ShardProgress> = {};
  for (const next of follow) if (next.shard !== shard.shard) added[next.shard] = toProgress(next);
  const { idle: _idle, ...active } = untried;
  const isDone = !follow.some((next) => next.shard === shard.shard);
  const idle = idleSlices(progress, outcome, isDone);
  const advanced: Run = {
    ...recorded,
    shards: {
      ...recorded.shards,
      ...added,
      [shard.shard]: withoutPlan({ ...active, slices, isDone, ...(idle > 0 && { idle }) }),
    },
    containers: { ...run.containers, [name]: container },
    ...(adoptable !== undefined &&
      run.request.adopt !== undefined && {
        adoption: toEstimate(run.request.adopt, addAdoptable(run.adoption ?? NOTHING_ADOPTABLE, adoptable)),
      }),
  };
  if (outcome.isUnordered === true) return restartUnordered(advanced, name);
  return idle < MAX_IDLE_SLICES ? advanced : (failShard(advanced, shard.shard, ENDLESS) ?? advanced);
}

const ENDLESS = new BlobmirrorError(
  'answer-not-of-service',
  `a listing does not end: its last ${MAX_IDLE_SLICES} slices had no entries`,
);

/** How many slices in a row listed nothing. A slice that continues known keys need not list anything. */
function idleSlices({ phase, idle = 0 }: ShardProgress, outcome: SliceOutcome, isDone: boolean): number {
  const { listed, follow } = outcome;
  const isAtWork = follow.some(
    (next) => next.phase === 'compare' && (next.compared ?? next.again) !== undefined,
  );
  const isIdle = phase === 'compare' && !isDone && !isAtWork && listed.source + listed.backup === 0;
  return isIdle ? idle + 1 : 0;
}

/** The initial progress of a shard that was split off or walks a container again. */
function toProgress(shard: Shard): ShardProgress {
  const { container, phase } = shard;
  const begun = { container, phase, slices: 0, isDone: false };
  if (shard.phase === 'delete') return begun;
  const { prefix, from, to, root, unordered } = shard;
  const plan: ShardPlan = {
    ...(prefix !== '' && { prefix }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(root !== undefined && { root }),
  };
  return { ...begun, ...(unordered !== undefined && { unordered }), plan };
}

/** Plans of done shards are dropped, since the run's document is written with every slice. */
function withoutPlan({ plan, ...progress }: ShardProgress): ShardProgress {
  return progress.isDone || plan === undefined ? progress : { ...progress, plan };
}

/** Drops what was seen of the container, and ends its other shards. */
function restartUnordered(run: Run, name: string): Run {
  const { inStep } = run.containers[name] ?? NOTHING_LISTED;
  const shards = Object.entries(run.shards).map(([shard, progress]) => {
    const isOver = progress.container === name && progress.unordered !== true;
    return [shard, isOver ? withoutPlan({ ...progress, isDone: true }) : progress] as const;
  });
  return {
    ...run,
    counts: addCounts(run.counts, { inStep: -inStep }),
    shards: Object.fromEntries(shards),
    containers: { ...run.containers, [name]: { ...NOTHING_LISTED, unordered: true } },
    alerts: addAlert(run.alerts, {
      code: 'listing-unordered',
      container: name,
      detail: `The listings of ${name} are in an order that no known service uses; the container is walked in a slower way.`,
    }),
  };
}
