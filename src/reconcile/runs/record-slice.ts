import { addAdoptable, NOTHING_ADOPTABLE, toEstimate } from '../../model/adoption.ts';
import type { ContainerProgress, Run, ShardPlan, ShardProgress } from '../../api/run.ts';
import type { Shard } from '../shard.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { addAlert, failShard, isUnderWay, progressOf } from './run-state.ts';
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
 * A service may answer with pages without an entry, where it passes over what is deleted, and go on behind them. One
 * that does nothing else for so many slices comes to no end.
 */
const MOST_IDLE = 20;

/**
 * The run with one slice more; undefined when the slice was recorded before, or the run is over. Of a shard that was
 * given up, or whose container is walked anew, only what was done counts and not what was seen.
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
  return idle < MOST_IDLE ? advanced : (failShard(advanced, shard.shard, ENDLESS) ?? advanced);
}

const ENDLESS = new BlobmirrorError(
  'answer-not-of-service',
  `a listing goes on and on, and its last ${MOST_IDLE} slices had no entry`,
);

/** A slice that goes on with a long comparison, or with keys that it knows, need not list anything. */
function idleSlices({ phase, idle = 0 }: ShardProgress, outcome: SliceOutcome, isDone: boolean): number {
  const { listed, follow } = outcome;
  const isAtWork = follow.some(
    (next) => next.phase === 'compare' && (next.compared ?? next.again) !== undefined,
  );
  const isIdle = phase === 'compare' && !isDone && !isAtWork && listed.source + listed.backup === 0;
  return isIdle ? idle + 1 : 0;
}

/** How a shard that was split off, or that walks a container anew, begins. */
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

/** A run is written with every slice, so what is over is kept small. */
function withoutPlan({ plan, ...progress }: ShardProgress): ShardProgress {
  return progress.isDone || plan === undefined ? progress : { ...progress, plan };
}

/** All that was seen of the container is forgotten, and what is left of its shards is not walked. */
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
      detail: `The listings of ${name} are in another order than is known of any service; it is walked in a slower way.`,
    }),
  };
}
