import type { ContainerProgress, ReportLine, Run } from '../../api/run.ts';
import { damaged } from '../../documents/change-document.ts';
import { type BlobPath, parseBlobPath } from '../../model/key.ts';
import type { RunId } from '../../model/run-id.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { addCountsByName } from '../counts.ts';
import { countForeign } from './guard-deletions.ts';
import { type SliceName, outcomeName } from './run-document.ts';
import { type SliceOutcome, readOutcome } from './record-slice.ts';
import type { ForeignKey, ForeignReason } from '../slice.ts';

type Lines = Pick<DocumentStore, 'read' | 'readLines'>;

const REASONS: ReadonlySet<unknown> = new Set<ForeignReason>(['backup-foreign', 'backup-foreign-no-room']);

/** A path as one line, whatever characters it has. */
export function extraLine(path: BlobPath): string {
  return JSON.stringify(path);
}

/**
 * The keys of a container that only the backup has, after the compare phase. The order is stable, so `from` counts keys.
 * Lists that end before it are not read.
 *
 * @throws BlobmirrorError `document-damaged` if a list is not as it was written: the rest of it proves nothing
 */
export async function* readExtras(
  documents: Lines,
  run: Run,
  container: string,
  from = 0,
): AsyncGenerator<BlobPath, void, void> {
  let skip = from;
  for await (const outcome of readOutcomes(documents, run.id, comparedShards(run, container))) {
    const { extraCount, extraLines } = outcome;
    if (extraLines === undefined) continue;
    if (skip >= extraCount) {
      skip -= extraCount;
      continue;
    }
    let count = 0;
    for await (const line of documents.readLines(extraLines)) {
      const path = parseLine(extraLines, line, toPath);
      if (count++ >= skip) yield path;
    }
    if (count !== extraCount) throw damaged(extraLines, `it has ${count} lines of ${extraCount}`);
    skip = 0;
  }
}

/**
 * The keys of a container that only the backup has and that stay, since they carry no stamp of ours.
 *
 * @throws BlobmirrorError `document-damaged`, or any storage code
 */
async function* readForeign(
  documents: Lines,
  run: Run,
  container: string,
  from: number,
): AsyncGenerator<ForeignKey, void, void> {
  let skip = from;
  for await (const outcome of readOutcomes(documents, run.id, comparedShards(run, container))) {
    const { foreignLines } = outcome;
    if (foreignLines === undefined) continue;
    const expected = countForeign(outcome);
    if (skip >= expected) {
      skip -= expected;
      continue;
    }
    let count = 0;
    for await (const line of documents.readLines(foreignLines)) {
      const key = parseLine(foreignLines, line, toForeignKey);
      if (count++ >= skip) yield key;
    }
    if (count !== expected) throw damaged(foreignLines, `it has ${count} lines of ${expected}`);
    skip = 0;
  }
}

/** The shards that count: of a container that was walked again, those of the second walk. */
function comparedShards(run: Run, container: string) {
  const isUnordered = run.containers[container]?.unordered === true;
  return Object.entries(run.shards).filter(
    ([, { phase, unordered, ...shard }]) =>
      phase === 'compare' && shard.container === container && (unordered === true || !isUnordered),
  );
}

/**
 * The outcomes of the recorded slices of some shards, shard by shard.
 *
 * @throws BlobmirrorError `document-damaged` if one is missing or not as it was written
 */
async function* readOutcomes(
  documents: Lines,
  run: RunId,
  shards: readonly (readonly [string, { readonly slices: number }])[],
): AsyncGenerator<SliceOutcome, void, void> {
  for (const [shard, { slices }] of shards.toSorted(([one], [other]) => (one < other ? -1 : 1)))
    for (let slice = 0; slice < slices; slice++) yield await readOutcomeOf(documents, { run, shard, slice });
}

/** @throws BlobmirrorError `document-damaged` if it is missing or not as it was written */
export async function readOutcomeOf(documents: Lines, name: SliceName): Promise<SliceOutcome> {
  const found = await readOutcome({ documents }, name);
  if (found === undefined) throw damaged(outcomeName(name), 'it is missing');
  return found;
}

function parseLine<Line>(name: string, line: string, parse: (value: unknown) => Line | undefined): Line {
  let value: Line | undefined;
  try {
    value = parse(JSON.parse(line) as unknown);
  } catch {
    // Reported below.
  }
  if (value === undefined) throw damaged(name, 'a line of it has another format');
  return value;
}

function toPath(value: unknown): BlobPath | undefined {
  return typeof value === 'string' ? parseBlobPath(value) : undefined;
}

function toForeignKey(value: unknown): ForeignKey | undefined {
  if (typeof value !== 'object' || value === null || !('path' in value) || !('reason' in value))
    return undefined;
  const path = toPath(value.path);
  if (path === undefined || !REASONS.has(value.reason)) return undefined;
  return { path, reason: value.reason as ForeignReason };
}

/** The keys of a container that stay because they are foreign or because a guard stopped its deletions; none in a dry run. */
export async function* skippedLines(
  documents: DocumentStore,
  run: Run,
  container: string,
  stopped: ContainerProgress['stopped'],
): AsyncGenerator<ReportLine, void, void> {
  yield* stoppedKeys(documents, run, container, stopped);
  yield* foreignKeys(documents, run, container, stopped);
}

/** Those that stay because a guard stopped the deletions of the container. */
export async function* stoppedKeys(
  documents: DocumentStore,
  run: Run,
  container: string,
  stopped: ContainerProgress['stopped'],
  from = 0,
): AsyncGenerator<ReportLine, void, void> {
  // The reports of its slices have the keys of a dry run.
  if (run.request.dryRun || stopped === undefined) return;
  for await (const path of readExtras(documents, run, container, from))
    yield { container, path, verdict: 'skipped', reason: stopped };
}

/** Those that stay because they are foreign. */
export async function* foreignKeys(
  documents: DocumentStore,
  run: Run,
  container: string,
  stopped: ContainerProgress['stopped'],
  from = 0,
): AsyncGenerator<ReportLine, void, void> {
  if (run.request.dryRun) return;
  for await (const { path, reason } of readForeign(documents, run, container, from))
    yield { container, path, verdict: 'skipped', reason: reasonOfForeign(reason, stopped) };
}

/** How many keys of a container stay without a check, by reason. */
export function countSkipped(
  progress: ContainerProgress,
  stopped: ContainerProgress['stopped'],
): Readonly<Record<string, number>> {
  const others = progress.extras - countForeign(progress);
  const foreign = Object.entries(progress.foreign ?? {}).map(([reason, many]) => ({
    [reasonOfForeign(reason, stopped)]: many,
  }));
  return [stopped === undefined || others === 0 ? {} : { [stopped]: others }, ...foreign].reduce(
    (sum, each) => addCountsByName(sum, each),
  );
}

/**
 * Why foreign keys of a container stay. In a container that the source lacks and of which nothing was ever mirrored, the
 * reason is that the container is not mirrored.
 */
function reasonOfForeign(reason: string, stopped: ContainerProgress['stopped']): string {
  return stopped === 'container-not-mirrored' ? stopped : reason;
}
