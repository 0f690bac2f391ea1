import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/api/run.ts';
import { dataPrefix } from '../../../src/reconcile/runs/run-document.ts';
import { REQUEST, ReconcileBench } from './support/reconcile-bench.ts';
import { type Kind, toEntries } from './support/model-listing.ts';

const repeat = (kind: Kind, times: number): Kind[] => Array.from({ length: times }, () => kind);

/** A run with lines of every part: slices, keys that a guard keeps, foreign keys. */
async function startBench(): Promise<{ bench: ReconcileBench; id: Run['id'] }> {
  const bench = new ReconcileBench();
  bench.add('photos', { entries: toEntries(['same', ...repeat('changed', 120), ...repeat('extra', 200)]) });
  bench.add('videos', { entries: toEntries(['same', 'extra', ...repeat('foreign', 70)]) });
  const { id } = await bench.run(REQUEST);
  return { bench, id };
}

async function all(bench: ReconcileBench, id: Run['id']): Promise<string[]> {
  return await Array.fromAsync(bench.reconciler.report(id));
}

async function inPages(bench: ReconcileBench, id: Run['id'], read: number): Promise<string[]> {
  const lines: string[] = [];
  let from: string | undefined;
  do {
    const page = await bench.reconciler.reportPage(id, from, { characters: Infinity, read });
    expect(page.lines.length).toBeLessThanOrEqual(read + 2);
    lines.push(...page.lines);
    from = page.next ?? undefined;
  } while (from !== undefined);
  return lines;
}

describe('the pages of a report', () => {
  it.each([1, 7, 50, 10_000])('have its lines, each once and in order: %i at a time', async (read) => {
    const { bench, id } = await startBench();
    const lines = await all(bench, id);
    const reasons = new Set(lines.map((line) => (JSON.parse(line) as { reason?: string }).reason));
    expect(reasons).toEqual(new Set([undefined, 'too-many-deletes', 'backup-foreign']));
    expect(await inPages(bench, id, read)).toEqual(lines);
  });

  it.each([1, 50])('have the lines of split and unordered shards, too: %i at a time', async (read) => {
    const bench = new ReconcileBench();
    bench.isSplit = true;
    bench.add('photos', { entries: toEntries(repeat('changed', 300)) });
    bench.add('docs', { entries: toEntries(repeat('changed', 120)), unorderedAt: 60 });
    const { id } = await bench.run(REQUEST);
    const { shards } = (await bench.reconciler.read(id)) ?? { shards: {} };
    expect(Object.keys(shards).some((name) => name.includes('-u'))).toBe(true);
    expect(Object.keys(shards).some((name) => /-[0-9a-z]+$/.test(name) && !name.includes('-u'))).toBe(true);
    const lines = await all(bench, id);
    expect(lines.length).toBeGreaterThan(400);
    expect(await inPages(bench, id, read)).toEqual(lines);
  });

  it('name what is damaged, and go on after it', async () => {
    const { bench, id } = await startBench();
    const { stored } = bench.documents;
    const found = stored.get(`${dataPrefix(id)}c0.1`);
    if (found === undefined) throw new Error('the slice has no document');
    stored.set(`${dataPrefix(id)}c0.1`, { ...found, text: '{}' });
    const lines = await all(bench, id);
    expect(lines.filter((line) => line.includes('document-damaged')).length).toBeGreaterThan(0);
    expect(await inPages(bench, id, 7)).toEqual(lines);
  });

  it.each(['', 'x', 'c0/1', 'c0/1/x', '../current/0/0', 'stopped/photos', 'd99999999999/0/0'])(
    'cannot begin at %o',
    async (from) => {
      const { bench, id } = await startBench();
      await expect(bench.reconciler.reportPage(id, from)).rejects.toMatchObject({ code: 'request-invalid' });
    },
  );
});
