import { forEachLimited } from '../concurrency/limiter.ts';
import type { FormerRuns, Registration } from './registration.ts';
import type { DocumentStore } from '../ports/document-store.ts';

/**
 * How the release before this one named its documents: without a mirror's id before them, so that all mirrors with one
 * container of the state shared them. Frozen: what was written so long ago keeps its names.
 */

/** Of which each mirror takes a copy, the last hour's activity beside them. */
const FORMER_DOCUMENTS = [
  'control/pause',
  'control/acknowledged',
  'deadletters/told',
  'recovery/history',
  'recovery/canary',
  'session/secret',
] as const;
const FORMER_ACTIVITY = 'activity/';
const FORMER_CURRENT = 'reconcile/current';
export const FORMER_RUNS = 'reconcile/runs/';

const OF_RUN = /^reconcile\/(?:runs\/([^/.]+)|slices\/([^/.]+)\..*)$/;

/** The run that a document is of; undefined where it is of none. */
export function formerRunOf(name: string): string | undefined {
  const [, run, slice] = OF_RUN.exec(name) ?? [];
  return run ?? slice;
}

/** As much of a run as decides whose it is. */
interface FormerRun {
  readonly mirror: string | undefined;
  readonly isUnderWay: boolean;
}

function parseFormerRun(value: unknown): FormerRun | undefined {
  if (typeof value !== 'object' || value === null || !('state' in value)) return undefined;
  const mirror = 'mirror' in value && typeof value.mirror === 'string' ? value.mirror : undefined;
  return { mirror, isUnderWay: value.state === 'comparing' || value.state === 'deleting' };
}

export interface Migration {
  readonly store: DocumentStore;
  /** What the mirror's own documents begin with. */
  readonly prefix: string;
  /** See `Run.mirror`: of the settings that this mirror has. */
  readonly settings: string;
  /** The other mirrors that are known. */
  readonly others: readonly Pick<Registration, 'settings' | 'former'>[];
  readonly now: Date;
}

/** What a mirror of the release before may still have in its queues is no older. */
const LAPSED_MS = 15 * 24 * 3_600_000;
const CONCURRENCY = 8;

/**
 * Takes over what the release before has left under names that all mirrors shared. Runs are read where they are: those
 * of these very settings are this mirror's, those of another mirror's are not, and of what ended and cannot be told each
 * has its share. All else cannot be told, so each mirror takes a copy: what was paused stays paused, for each.
 *
 * Nothing is taken away, so that the release before can go on where it was, and what a mirror has written under its own
 * name is never written over: whoever dies on the way, and whoever does it beside another, leaves the same.
 */
export async function migrateFormerDocuments(parts: Migration): Promise<Registration['former']> {
  const { store, prefix, others, now } = parts;
  const takenAt = now.toISOString();
  const runs = await findRuns(parts);
  const isOurs = Object.values(runs).includes('own');
  const firstTaken = Math.min(...others.map(({ former }) => Date.parse(former.takenAt)));
  // A mirror that comes long after those that shared them has no part in them.
  if (!isOurs && now.getTime() - firstTaken > LAPSED_MS) return { takenAt, runs: {} };

  const names: string[] = [...FORMER_DOCUMENTS];
  for await (const page of store.list(FORMER_ACTIVITY)) names.push(...page);
  await forEachLimited(
    names,
    CONCURRENCY,
    async (name) => await copyDocument(store, name, `${prefix}${name}`),
  );
  const current = (await store.read(FORMER_CURRENT))?.value;
  if (isClaimOf(current, runs))
    await store.write(`${prefix}${FORMER_CURRENT}`, current, { nothingThere: true });
  return { takenAt, runs };
}

/** Whether a mirror of the release before was ever at work with this container. */
export async function hasFormerDocuments(store: Pick<DocumentStore, 'read'>): Promise<boolean> {
  const found = await Promise.all(
    ['recovery/history', 'control/pause', FORMER_CURRENT].map(async (name) => await store.read(name)),
  );
  return found.some((document) => document !== undefined);
}

async function findRuns({ store, settings, others }: Migration): Promise<FormerRuns> {
  const runs: FormerRuns = {};
  const names = (await Array.fromAsync(store.list(FORMER_RUNS))).flat();
  const ofOthers = new Set(others.map((other) => other.settings));
  await forEachLimited(names, CONCURRENCY, async (name) => {
    const id = formerRunOf(name);
    const run = parseFormerRun((await store.read(name))?.value);
    if (id === undefined || run === undefined) return;
    if (run.mirror === settings) runs[id] = 'own';
    // One that is under way is in the queue of whoever began it; the next full sync makes up for it.
    else if (!run.isUnderWay && !ofOthers.has(run.mirror ?? '')) runs[id] = 'shared';
  });
  return runs;
}

async function copyDocument(store: DocumentStore, from: string, to: string): Promise<void> {
  const found = await store.read(from);
  // What is damaged stays so: whoever reads it says what that means.
  if (found !== undefined) await store.write(to, found.value ?? null, { nothingThere: true });
}

function isClaimOf(value: unknown, runs: FormerRuns): boolean {
  if (typeof value !== 'object' || value === null || !('run' in value)) return false;
  return typeof value.run === 'string' && Object.hasOwn(runs, value.run) && runs[value.run] === 'own';
}
