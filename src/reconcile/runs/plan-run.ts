import type {
  ContainerProgress,
  ReconcileRequest,
  ReportLine,
  Run,
  ShardPlan,
  ShardProgress,
} from '../../api/run.ts';
import { damaged } from '../../documents/change-document.ts';
import { BlobmirrorError, toBlobmirrorError } from '../../model/errors.ts';
import type { ContainerName } from '../../model/key.ts';
import { nearest } from '../../model/nearest.ts';
import { createRunId } from '../../model/run-id.ts';
import type { Scope } from '../../model/scope.ts';
import type { ShardMessage } from '../../model/shard-message.ts';
import { NO_COUNTS, NO_SAMPLES, addCounts, addSamples } from '../counts.ts';
import type { ReconcilerParts } from './reconciler-context.ts';
import { NOTHING_LISTED, readOutcome } from './record-slice.ts';
import { type SliceName, outcomeName, runName } from './run-document.ts';
import { clockAlerts, progressOf } from './run-store.ts';
import type { CompareShard, Shard } from '../shard.ts';

export interface PlannedRun {
  readonly run: Run;
  /** The messages for the first slice of each shard. */
  readonly messages: readonly ShardMessage[];
}

/**
 * Plans a run with a shard for each container in scope, or for each of its prefixes if the settings name some.
 *
 * @throws BlobmirrorError `request-invalid` if a container or the prefix is not mirrored or does not exist; any storage code
 */
export async function planRun(parts: ReconcilerParts, request: ReconcileRequest): Promise<PlannedRun> {
  const beginning = parts.serviceClock.begin();
  const startedAt = parts.now();
  const id = createRunId(startedAt);
  const under = request.prefix ?? '';
  const found = await listContainersOfBoth(parts);
  const names = found.filter((name) => request.container === undefined || name === request.container);
  refuseUnmirrored(request, parts.scope, { names, found });
  // After both accounts have answered, so that their time is known.
  const clock = parts.serviceClock.assess(beginning);

  const shards: Record<string, ShardProgress> = {};
  const containers: Record<string, ContainerProgress> = {};
  const failed: ReportLine[] = [];
  for (const container of names) {
    const prefixes = parts.scope.prefixes({ container, path: under });
    if (prefixes.length === 0) continue;
    const error = mappingErrorOf(parts.scope, container);
    containers[container] = error === undefined ? NOTHING_LISTED : { ...NOTHING_LISTED, failed: error };
    if (error !== undefined) {
      failed.push(toFailedLine(container, error));
      continue;
    }
    for (const plan of firstPlans(prefixes, under))
      shards[`c${Object.keys(shards).length}`] = {
        container,
        phase: 'compare',
        slices: 0,
        isDone: false,
        plan,
      };
  }
  const run: Run = {
    id,
    request,
    state: 'comparing',
    mirror: parts.mirror,
    startedAt: startedAt.toISOString(),
    ...(clock.state === 'right' && { provesUpTo: clock.latest.toISOString() }),
    updatedAt: startedAt.toISOString(),
    shards,
    containers,
    counts: failed.reduce((sum, { code = '' }) => addCounts(sum, { failed: { [code]: 1 } }), NO_COUNTS),
    samples: addSamples(NO_SAMPLES, failed),
    alerts: clockAlerts(clock),
    sourceListingFailed: false,
  };
  const messages = Object.keys(shards).map((shard) => ({ run: id, shard, slice: 0, attempt: 0 }));
  return { run, messages };
}

/**
 * The plans of the first shards of a container.
 *
 * @param prefixes of the container in the scope of the run
 * @param under the prefix of the run; the root directory is compared only if it is empty
 */
function firstPlans(prefixes: readonly { readonly path: string }[], under: string): readonly ShardPlan[] {
  return prefixes.map(({ path }, i) => ({
    ...(path !== '' && { prefix: path }),
    ...(i === 0 && under === '' && { root: true as const }),
  }));
}

/** The report line of a container that is not walked. */
export function toFailedLine(
  container: string,
  { code, detail }: NonNullable<ContainerProgress['failed']>,
): ReportLine {
  return { container, path: '', verdict: 'failed', code, detail };
}

/**
 * A misspelt container is refused wherever it is named: the run would do less than it was asked to, and say nothing.
 *
 * @param names of the run
 * @param found in either account and in scope
 */
function refuseUnmirrored(
  { container, prefix = '', allowDeletes, deleteForeign = [] }: ReconcileRequest,
  scope: Scope,
  { names, found }: Readonly<Record<'names' | 'found', readonly ContainerName[]>>,
): void {
  const invalid = (what: string) => new BlobmirrorError('request-invalid', what);
  const named = [...(container === undefined ? [] : [container]), ...allowDeletes, ...deleteForeign];
  for (const name of named) {
    if (!scope.includesContainer(name))
      throw invalid(`the container ${name} is not mirrored by the settings`);
    if (found.includes(name)) continue;
    const meant = nearest(name, found);
    const question = meant === undefined ? '' : `; did you mean ${meant}?`;
    throw invalid(`the container ${name} does not exist in either account${question}`);
  }
  if (prefix !== '' && names.every((name) => scope.prefixes({ container: name, path: prefix }).length === 0))
    throw invalid(`nothing below the prefix ${JSON.stringify(prefix)} is mirrored by the settings`);
}

function mappingErrorOf(scope: Scope, container: ContainerName): ContainerProgress['failed'] {
  try {
    scope.toBackup(container);
    return undefined;
  } catch (thrown) {
    const { code, message } = toBlobmirrorError(thrown);
    return { code, detail: message };
  }
}

/** Container names are few compared with blobs, so they are held in memory. */
async function listContainersOfBoth({
  source,
  backup,
  scope,
}: Pick<ReconcilerParts, 'source' | 'backup' | 'scope'>): Promise<readonly ContainerName[]> {
  const names = new Set<ContainerName>();
  for (const account of [source, backup]) {
    for await (const page of account.listContainers()) {
      for (const name of page) if (scope.includesContainer(name)) names.add(name);
    }
  }
  return [...names].toSorted();
}

type Parts = Pick<ReconcilerParts, 'documents' | 'scope'>;

/**
 * The plan of the slice that is due, from the documents of the run alone: the plan of a first slice is in the run, that of
 * a later one in the outcome of the slice before it, which was written before the message was sent.
 *
 * @throws BlobmirrorError `document-damaged` if no document has the plan; any storage code
 */
export async function readPlan(parts: Parts, run: Run, slice: SliceName): Promise<Shard> {
  const progress = progressOf(run, slice.shard);
  if (progress === undefined) throw damaged(runName(run.id), `it has no shard ${slice.shard}`);
  if (slice.slice > 0) {
    const before = { ...slice, slice: slice.slice - 1 };
    const planned = findIn((await readOutcome(parts, before))?.follow, slice);
    if (planned === undefined) throw damaged(outcomeName(before), 'it does not say what follows');
    return planned;
  }
  const { run: id, shard } = slice;
  const begun = { run: id, shard, slice: 0, container: progress.container as ContainerName };
  if (progress.phase === 'delete') return { ...begun, phase: 'delete', line: 0 };
  if (progress.plan !== undefined) return toShard(begun, progress, progress.plan);
  const planned = await readFormerPlan(parts, run, slice, progress);
  if (planned === undefined) throw damaged(runName(run.id), `it does not say where ${shard} begins`);
  return planned;
}

type Begun = Pick<CompareShard, 'run' | 'shard' | 'slice' | 'container'>;

function toShard(begun: Begun, { unordered }: ShardProgress, plan: ShardPlan): CompareShard {
  return { ...begun, phase: 'compare', prefix: '', ...plan, ...(unordered !== undefined && { unordered }) };
}

/**
 * The plan in a run of a former release, which kept plans in messages: the outcome of the slice that a shard was split off
 * from has its plan, and the first shards of a container are those of its prefixes.
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
