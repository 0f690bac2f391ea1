import { describe, expect, it } from 'vitest';
import { MemoryDocuments } from '../../memory/memory-documents.ts';
import { immediately, type Schedule } from '../../memory/schedule.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import type { Run } from '../../../src/api/run.ts';
import { createRunHistory } from '../../../src/reconcile/runs/run-history.ts';
import { createRunStore } from '../../../src/reconcile/runs/run-store.ts';
import { aRun } from '../../support/a-run.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';

const idOf = (number: number): RunId =>
  `2026-11-25T00-${String(Math.floor(number / 60)).padStart(2, '0')}-${String(number % 60).padStart(2, '0')}Z-0000` as RunId;

function bench() {
  const documents = new MemoryDocuments();
  const calls: string[] = [];
  const counted: Schedule = async (call, key, effect) => {
    calls.push(call);
    return await immediately(call, key, effect);
  };
  const store = createRunStore(documents.through(counted), createSilentLogger(), 'm');
  const add = async (number: number, run: Partial<Run> = {}): Promise<void> =>
    await store.create(aRun({ id: idOf(number), state: 'done', mirror: 'm', ...run }));
  let now = 0;
  const pass = (ms: number): void => void (now += ms);
  const history = createRunHistory(store, 'm', () => now);
  return { documents, store, add, calls, pass, history };
}

describe('the last runs', () => {
  it('are ten, the newest first, with what the newest proved', async () => {
    const { add, history } = bench();
    for (let n = 0; n < 12; n++) await add(n, n > 8 ? { state: 'cancelled' } : {});
    const { runs, proof } = await history.read();
    expect(runs.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, i) => idOf(11 - i)));
    expect(proof?.run).toBe(idOf(8));
  });

  it('tell what stands of what they found, also where that is older than the ten', async () => {
    const { add, history } = bench();
    await add(1, { alerts: [{ code: 'too-many-deletes', container: 'photos', detail: '' }] });
    for (let n = 2; n < 15; n++) await add(n, { state: 'cancelled' });
    expect((await history.read()).findings.alerts).toEqual([
      { code: 'too-many-deletes', container: 'photos', run: idOf(1) },
    ]);
    await add(15);
    expect((await history.read()).findings.alerts).toEqual([]);
  });

  it('may prove nothing', async () => {
    const { add, history } = bench();
    await add(1, { mirror: 'other' });
    expect((await history.read()).proof).toBeUndefined();
  });

  it('are read again only while they are under way', async () => {
    const { add, history, calls, store } = bench();
    await add(1);
    await add(2, { state: 'comparing' });
    await history.read();
    calls.length = 0;
    await history.read();
    expect(calls).toEqual(['documents.list', 'documents.read']);
    await store.change(idOf(2), (run) => ({ ...run, state: 'done' }));
    expect((await history.read()).proof?.run).toBe(idOf(2));
    calls.length = 0;
    await history.read();
    expect(calls).toEqual(['documents.list']);
  });

  it('are no proof for longer than a minute once the document of the one that proved is damaged', async () => {
    const { documents, add, history, calls, pass } = bench();
    await add(1);
    await add(2);
    expect((await history.read()).proof?.run).toBe(idOf(2));
    pass(60_000);
    calls.length = 0;
    expect((await history.read()).proof?.run).toBe(idOf(2));
    expect(calls).toEqual(['documents.list', 'documents.read']);

    documents.stored.set(`reconcile/runs/${idOf(2)}`, { text: '{}', version: 'of somebody' });
    pass(60_000);
    const { runs, proof } = await history.read();
    expect(proof?.run).toBe(idOf(1));
    expect(runs[0]).toMatchObject({ id: idOf(2), state: 'damaged' });
  });

  it('leave the newest that proves anything, however many that prove nothing came after it', async () => {
    const { add, history, store } = bench();
    await add(1);
    await add(2);
    for (let n = 3; n < 63; n++) await add(n, { state: 'cancelled' });
    await store.removeOld();
    const ids = await store.ids();
    expect(ids).toHaveLength(51);
    expect(ids.at(-1)).toBe(idOf(2));
    expect((await history.read()).proof?.run).toBe(idOf(2));
  });

  it('leave none besides the last ones when one of those proves anything', async () => {
    const { add, store } = bench();
    for (let n = 1; n <= 55; n++) await add(n);
    await store.removeOld();
    expect(await store.ids()).toHaveLength(50);
  });
});
