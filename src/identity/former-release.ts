import { forEachLimited } from '../concurrency/limiter.ts';
import type { FormerRuns, Registration } from './registration.ts';
import type { DocumentStore } from '../ports/document-store.ts';

/**
 * The document names of the former release: without the id of a mirror, so that all mirrors with one state
 * container shared them. Frozen: existing documents keep their names.
 */

/** Each mirror takes a copy of these, and of the last hour's activity. */
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

/** The run that a document belongs to; undefined: none. */
export function formerRunOf(name: string): string | undefined {
  const [, run, slice] = OF_RUN.exec(name) ?? [];
  return run ?? slice;
}

/** The part of a run that decides which mirror it belongs to. */
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
  /** The prefix of the mirror's own documents. */
  readonly prefix: string;
  /** The value of `Run.mirror` for the settings of this mirror. */
  readonly settings: string;
  /** The other registered mirrors. */
  readonly others: readonly Pick<Registration, 'settings' | 'former'>[];
  readonly now: Date;
}

/** Older than anything in the queues of a mirror of the former release. */
const LAPSED_MS = 15 * 24 * 3_600_000;
const CONCURRENCY = 8;

/**
 * Takes over what the former release left under names that all mirrors shared. Runs stay under their names:
 * those with the digest of this mirror's settings are its own; those of another known mirror are not; ended
 * runs of unknown origin are shared by all mirrors. The origin of all other documents is unknown, so each
 * mirror takes a copy: what was paused stays paused, for each.
 *
 * Nothing is removed, so that the former release can be used again, and nothing that a mirror has written
 * under its own name is overwritten: the result is the same after a crash, or if two workers do this at once.
 */
export async function migrateFormerDocuments(parts: Migration): Promise<Registration['former']> {
  const { store, prefix, others, now } = parts;
  const takenAt = now.toISOString();
  const runs = await findRuns(parts);
  const isOurs = Object.values(runs).includes('own');
  const firstTaken = Math.min(...others.map(({ former }) => Date.parse(former.takenAt)));
  // A mirror that registers long after those that shared the documents has no part in them.
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

/** Whether a mirror of the former release ever used this container. */
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
    // A run under way is in the queue of the mirror that began it; the next full sync of this one makes up
    // for it.
    else if (!run.isUnderWay && !ofOthers.has(run.mirror ?? '')) runs[id] = 'shared';
  });
  return runs;
}

async function copyDocument(store: DocumentStore, from: string, to: string): Promise<void> {
  const found = await store.read(from);
  // A damaged document is copied as it is: its readers report the damage.
  if (found !== undefined) await store.write(to, found.value ?? null, { nothingThere: true });
}

function isClaimOf(value: unknown, runs: FormerRuns): boolean {
  if (typeof value !== 'object' || value === null || !('run' in value)) return false;
  return typeof value.run === 'string' && Object.hasOwn(runs, value.run) && runs[value.run] === 'own';
}
