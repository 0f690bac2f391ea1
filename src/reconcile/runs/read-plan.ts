import { damaged } from '../../model/document-kind.ts';
import type { ContainerName } from '../../model/key.ts';
import type { Run, ShardPlan, ShardProgress } from '../../model/reconcile/run.ts';
import type { CompareShard, Shard } from '../../model/reconcile/shard.ts';
import { outcomeName, runName, type SliceName } from './document-names.ts';
import { firstPlans } from './plan-run.ts';
import type { ReconcilerParts } from './reconciler-parts.ts';
import { progressOf } from './run-progress.ts';
import { readOutcome } from './read-outcome.ts';

type Parts = Pick<ReconcilerParts, 'documents' | 'scope'>;

/**
 * What is to be done in the slice of a shard that is due, by the documents of the run alone: the first one is planned in
 * the run itself, and each further one in what came of the slice before it, which was put down before anybody was asked
 * for it.
 *
 * @throws BlobmirrorError `document-damaged` when no document says it, or any storage code
 */
export async function readPlan(parts: Parts, run: Run, slice: SliceName): Promise<Shard> {
  const progress = progressOf(run, slice.shard);
  if (progress === undefined) throw damaged(runName(run.id), `it has no shard ${slice.shard}`);
  if (slice.slice > 0) {
    const before = { ...slice, slice: slice.slice - 1 };
    const planned = findIn((await readOutcome(parts, before))?.follow, slice);
    if (planned === undefined) throw damaged(outcomeName(before), 'it does not tell what follows it');
    return planned;
  }
  const { run: id, shard } = slice;
  const begun = { run: id, shard, slice: 0, container: progress.container as ContainerName };
  if (progress.phase === 'delete') return { ...begun, phase: 'delete', line: 0 };
  if (progress.plan !== undefined) return toShard(begun, progress, progress.plan);
  const planned = await readFormerPlan(parts, run, slice, progress);
  if (planned === undefined) throw damaged(runName(run.id), `it does not tell where ${shard} begins`);
  return planned;
}

type Begun = Pick<CompareShard, 'run' | 'shard' | 'slice' | 'container'>;

function toShard(begun: Begun, { unordered }: ShardProgress, plan: ShardPlan): CompareShard {
  return { ...begun, phase: 'compare', prefix: '', ...plan, ...(unordered !== undefined && { unordered }) };
}

/**
 * The same of a run in which a former release had a part, which left the plan of a shard to its messages: what was split
 * off is told by the slice that it was split off from, and the first shards of a container are those of its prefixes.
 */
async function readFormerPlan(
  parts: Parts,
  run: Run,
  slice: SliceName,
  progress: ShardProgress,
): Promise<Shard | undefined> {
  const { container } = progress;
  const ofContainer = Object.entries(run.shards).filter(
    ([, other]) => other.phase === 'compare' && other.container === container,
  );
  for (const [shard, { slices }] of ofContainer) {
    for (let before = 0; before < slices; before++) {
      const outcome = await readOutcome(parts, { run: run.id, shard, slice: before });
      const planned = findIn(outcome?.follow, slice);
      if (planned !== undefined) return planned;
    }
  }
  const first = ofContainer.map(([name]) => name).filter((name) => /^c\d+$/.test(name));
  const under = run.request.prefix ?? '';
  const plans = firstPlans(
    parts.scope.prefixes({ container: container as ContainerName, path: under }),
    under,
  );
  const plan = plans[first.indexOf(slice.shard)];
  if (plan === undefined || plans.length !== first.length) return undefined;
  const begun = { run: run.id, shard: slice.shard, slice: 0, container: container as ContainerName };
  return toShard(begun, progress, plan);
}

function findIn(follow: readonly Shard[] | undefined, { shard, slice }: SliceName): Shard | undefined {
  return follow?.find((next) => next.shard === shard && next.slice === slice);
}
