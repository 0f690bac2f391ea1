import { NO_COUNTS, addCounts } from '../../../../src/reconcile/counts.ts';
import type { CompareSlice } from '../../../../src/reconcile/slice.ts';
import type { BlobPath } from '../../../../src/model/key.ts';
import type { Counts, ReportLine } from '../../../../src/api/run.ts';

/** What two listings say of a key, and what a slice makes of it. */
export type Kind = 'same' | 'changed' | 'missing' | 'archived' | 'extra' | 'foreign';

export interface Entry {
  readonly path: BlobPath;
  readonly kind: Kind;
}

export interface ModelContainer {
  /** By path. */
  readonly entries: readonly Entry[];
  /** Whoever relies on the order finds that it does not hold at this entry. */
  readonly unorderedAt?: number | undefined;
}

export type Model = ReadonlyMap<string, ModelContainer>;

export interface ModelOptions {
  /** How many entries a slice draws. */
  readonly perSlice: () => number;
  readonly isSplit: () => boolean;
  /** Something that takes time, or fails. */
  readonly step: () => Promise<void>;
}

/** Compares two listings that are written down beforehand. It reports the same of the same stretch every time. */
export function createModelSlice(model: Model, { perSlice, isSplit, step }: ModelOptions): CompareSlice {
  return async (shard, context) => {
    const { entries = [], unorderedAt } = model.get(shard.container) ?? {};
    const after = shard.at?.source;
    const left = entries.filter(
      ({ path }) =>
        path.startsWith(shard.prefix) &&
        (shard.from === undefined || path >= shard.from) &&
        (shard.to === undefined || path < shard.to) &&
        (after === undefined || path > after),
    );
    const drawn = left.slice(0, perSlice());
    const rest = left.slice(drawn.length);
    const sample: ReportLine[] = [];
    let counts: Counts = NO_COUNTS;
    for (const entry of drawn) {
      counts = addCounts(counts, countsOf(entry));
      if (entry.kind === 'extra' || (entry.kind === 'foreign' && context.deleteForeign))
        await context.extra(entry.path);
      else if (entry.kind === 'foreign')
        await context.foreign({ path: entry.path, reason: 'backup-foreign' });
      const line = lineOf(shard.container, entry);
      if (line === undefined) continue;
      sample.push(line);
      await context.report(line);
    }
    await step();

    const count = (...kinds: Kind[]): number => drawn.filter(({ kind }) => kinds.includes(kind)).length;
    const foreign = context.deleteForeign ? 0 : count('foreign');
    const extras = count('extra', 'foreign');
    const result = {
      counts,
      sample,
      listed: { source: drawn.length - extras, backup: drawn.length - count('missing') },
      extras,
      mirroredExtras: count('extra'),
      deletions: extras - foreign,
      ...(foreign > 0 && { foreign: { 'backup-foreign': foreign } }),
    };
    const odd = unorderedAt === undefined ? undefined : entries[unorderedAt];
    if (odd !== undefined && drawn.includes(odd) && shard.unordered !== true)
      return { ...result, isUnordered: true };
    const last = drawn.at(-1);
    if (rest.length === 0 || last === undefined) return result;
    const next = { ...shard, at: { source: last.path, backup: last.path } };
    const middle = rest[rest.length >> 1];
    if (rest.length < 2 || middle === undefined || shard.unordered === true || !isSplit())
      return { ...result, next };
    return {
      ...result,
      next: { ...next, to: middle.path },
      split: { ...shard, at: undefined, from: middle.path },
    };
  };
}

export function countsOf({ kind }: Entry): Partial<Counts> {
  switch (kind) {
    case 'same':
      return { inStep: 1 };
    case 'changed':
    case 'missing':
      return { nominated: 1, bytesCopied: 3, byVerdict: { copied: 1 } };
    case 'archived':
      return { nominated: 1, byVerdict: { skipped: 1 }, skipped: { 'source-archived': 1 } };
    case 'extra':
    case 'foreign':
      return { nominated: 1 };
  }
}

export function lineOf(container: string, { path, kind }: Entry): ReportLine | undefined {
  if (kind === 'changed' || kind === 'missing') return { container, path, verdict: 'copied', bytes: 3 };
  if (kind === 'archived') return { container, path, verdict: 'skipped', reason: 'source-archived' };
  return undefined;
}

/** Entries in the order of their paths. */
export function toEntries(kinds: readonly Kind[]): readonly Entry[] {
  return kinds.map((kind, i) => ({ kind, path: `k${String(i).padStart(5, '0')}` as BlobPath }));
}
