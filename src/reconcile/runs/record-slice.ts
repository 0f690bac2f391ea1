import { addAdoptable, NOTHING_ADOPTABLE, toEstimate } from '../../model/adoption.ts';
import type { ContainerProgress, Run, ShardPlan, ShardProgress } from '../../api/run.ts';
import type { Shard } from '../shard.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { addAlert, failShard, isUnderWay, progressOf } from './run-store.ts';
import { addCounts, addSamples, addCountsByName } from '../counts.ts';
import type { SliceName } from './run-document.ts';
import type { SliceOutcome } from './slice-outcome.ts';

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
