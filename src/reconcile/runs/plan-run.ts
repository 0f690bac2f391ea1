import { BlobmirrorError, toBlobmirrorError } from '../../model/errors.ts';
import type { ContainerName } from '../../model/key.ts';
import type {
  ContainerProgress,
  ReconcileRequest,
  ReportLine,
  Run,
  ShardPlan,
  ShardProgress,
} from '../../model/reconcile/run.ts';
import { createRunId } from '../../model/reconcile/run-id.ts';
import type { ShardMessage } from '../../model/reconcile/shard.ts';
import type { Scope } from '../../model/scope.ts';
import { addCounts, addSamples, NO_COUNTS, NO_SAMPLES } from '../add-counts.ts';
import type { ReconcilerParts } from './reconciler-parts.ts';
import { clockAlerts } from './note-clock.ts';
import { NOTHING_LISTED } from './record-slice.ts';

export interface PlannedRun {
  readonly run: Run;
  /** What asks for the first slice of each shard. */
  readonly messages: readonly ShardMessage[];
}

/**
 * A run with a shard for each container in its scope, for each of the prefixes where the settings name some.
 *
 * @throws BlobmirrorError `request-invalid` for a request of what is not mirrored or is nowhere; or any storage code
 */
export async function planRun(parts: ReconcilerParts, request: ReconcileRequest): Promise<PlannedRun> {
  const beginning = parts.serviceClock.begin();
  const startedAt = parts.now();
  const id = createRunId(startedAt);
  const under = request.prefix ?? '';
  const names = (await listBoth(parts)).filter(
    (name) => request.container === undefined || name === request.container,
  );
  refuse(request, parts.scope, names);
  // Asked after both accounts have answered, and so told their time.
  const judgement = parts.serviceClock.judge(beginning);

  const shards: Record<string, ShardProgress> = {};
  const containers: Record<string, ContainerProgress> = {};
  const failed: ReportLine[] = [];
  for (const container of names) {
    const prefixes = parts.scope.prefixes({ container, path: under });
    if (prefixes.length === 0) continue;
    const error = whyUnnamed(parts.scope, container);
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
    ...(judgement.state === 'right' && { provesUpTo: judgement.latest.toISOString() }),
    updatedAt: startedAt.toISOString(),
    shards,
    containers,
    counts: failed.reduce((sum, { code = '' }) => addCounts(sum, { failed: { [code]: 1 } }), NO_COUNTS),
    samples: addSamples(NO_SAMPLES, failed),
    alerts: clockAlerts(judgement),
    sourceListingFailed: false,
  };
  const messages = Object.keys(shards).map((shard) => ({ run: id, shard, slice: 0, attempt: 0 }));
  return { run, messages };
}

/**
 * What the shards of a container begin with.
 *
 * @param prefixes of the container in the scope of the run
 * @param under the prefix that the run is of: the root directory is compared where it is all of the container
 */
export function firstPlans(
  prefixes: readonly { readonly path: string }[],
  under: string,
): readonly ShardPlan[] {
  return prefixes.map(({ path }, i) => ({
    ...(path !== '' && { prefix: path }),
    ...(i === 0 && under === '' && { root: true as const }),
  }));
}

/** A container that is not walked at all, in the report. */
export function toFailedLine(
  container: string,
  { code, detail }: NonNullable<ContainerProgress['failed']>,
): ReportLine {
  return { container, path: '', verdict: 'failed', code, detail };
}

function refuse(
  { container, prefix = '' }: ReconcileRequest,
  scope: Scope,
  names: readonly ContainerName[],
): void {
  const invalid = (what: string) => new BlobmirrorError('request-invalid', what);
  if (container !== undefined && !scope.includesContainer(container))
    throw invalid(`the container ${container} is not mirrored by the settings`);
  if (container !== undefined && names.length === 0)
    throw invalid(`the container ${container} is in neither account`);
  if (prefix !== '' && names.every((name) => scope.prefixes({ container: name, path: prefix }).length === 0))
    throw invalid(`nothing below the prefix ${JSON.stringify(prefix)} is mirrored by the settings`);
}

function whyUnnamed(scope: Scope, container: ContainerName): ContainerProgress['failed'] {
  try {
    scope.toBackup(container);
    return undefined;
  } catch (thrown) {
    const { code, message } = toBlobmirrorError(thrown);
    return { code, detail: message };
  }
}

/** An account holds few containers beside its blobs, so their names, unlike those of blobs, are held in memory. */
async function listBoth({
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
