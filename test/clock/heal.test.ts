import { describe, expect, it } from 'vitest';
import { readActivity } from '../../src/status/activity/read-activity.ts';
import { WorkerActivity } from '../../src/status/activity/worker-activity.ts';
import { registerMirror } from '../../src/identity/register-mirror.ts';
import type { MirrorFacts } from '../../src/identity/other-mirrors.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { type RunId, createRunId } from '../../src/model/run-id.ts';
import type { Run } from '../../src/api/run.ts';
import { believeCanary } from '../../src/status/canary.ts';
import { type HistoryDocument, addSample, believeHistory } from '../../src/status/history.ts';
import { createRunHistory } from '../../src/reconcile/runs/run-history.ts';
import { createRunStore } from '../../src/reconcile/runs/run-store.ts';
import { ReconcileBench } from '../reconcile/runs/support/reconcile-bench.ts';
import { aRun } from '../support/a-run.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const NOW = Date.parse('2026-11-25T12:00:00.000Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;

/** A state whose service returns the time of each write, and a true time that the test moves. */
function bench() {
  const world = { time: NOW };
  const now = (): Date => new Date(world.time);
  const memory = new MemoryDocuments(now);
  const documents = memory.through(immediately);
  const log = createSilentLogger();
  const store = createRunStore(documents, log, '', now);
  /** A run that a worker of an earlier release began and ended, by a clock that is ahead. */
  const run = async (ahead: number, more: Partial<Run> = {}): Promise<RunId> => {
    const time = new Date(world.time + ahead);
    const id = createRunId(time);
    const at = time.toISOString();
    await store.create(aRun({ id, state: 'done', startedAt: at, updatedAt: at, ...more }));
    world.time += MINUTE;
    return id;
  };
  return { world, now, documents, store, run, history: createRunHistory(store, '') };
}

describe('a run that claims the future', () => {
  it('proves nothing, not even once its time has come; the newest correct one does', async () => {
    const { world, run, history } = bench();
    const right = await run(0);
    const ahead = await run(2 * HOUR);
    expect((await history.read()).proof?.run).toBe(right);
    world.time += 5 * HOUR;
    const { proof, runs } = await history.read();
    expect(proof?.run).toBe(right);
    expect(runs.find(({ id }) => id === ahead)?.alerts).toMatchObject([{ code: 'clock-off' }]);
  });

  it('proves nothing either if it took longer than its clock was ahead', async () => {
    const { world, run, history } = bench();
    const right = await run(0);
    const startedAt = new Date(world.time - MINUTE).toISOString();
    // It began three hours ago, by a clock that was two hours ahead.
    await run(2 * HOUR, { startedAt });
    world.time += 5 * HOUR;
    expect((await history.read()).proof?.run).toBe(right);
  });

  it('is replaced by the next correct one at once, in lists as well', async () => {
    const { run, history, store } = bench();
    await run(2 * HOUR);
    const right = await run(0);
    const { proof, runs } = await history.read();
    expect([proof?.run, runs[0]?.id]).toEqual([right, right]);
    expect((await store.list())[0]?.id).toBe(right);
  });

  it('displaces no correct one, however many there are, and is the first to be removed', async () => {
    const { run, history, store } = bench();
    const underWay = await run(YEAR, { state: 'comparing' });
    for (let i = 0; i < 60; i++) await run(YEAR);
    const right = [await run(0), await run(0)];
    await store.removeOld();
    const left = await store.ids();
    expect(left.slice(0, 2)).toEqual(right.toReversed());
    expect(left).toHaveLength(51);
    // A running run is not removed because of its name.
    expect(left).toContain(underWay);
    expect((await history.read()).proof?.run).toBe(right[1]);
  });

  it('does not block the next one for longer than since its last heartbeat', async () => {
    const documents = new MemoryDocuments(() => new Date(NOW));
    const early = new ReconcileBench({ documents: documents.through(immediately) });
    early.now = new Date(NOW + 2 * HOUR);
    early.add('photos', { entries: [] });
    const { id } = await early.start();
    // The service's time advances as well.
    const later = new MemoryDocuments(() => new Date(NOW + 16 * MINUTE));
    for (const [name, stored] of documents.stored) later.stored.set(name, stored);
    const next = new ReconcileBench({ documents: later.through(immediately) });
    next.add('photos', { entries: [] });
    next.now = new Date(NOW + 14 * MINUTE);
    await expect(next.start()).rejects.toThrow('no run began');
    next.now = new Date(NOW + 16 * MINUTE);
    expect((await next.start()).id).not.toBe(id);
  });
});

it('a mirror is active by the write time of its registration, whatever its worker says', async () => {
  const facts: MirrorFacts = {
    source: 'photos',
    backup: 'photosbackup',
    name: 'default',
    settings: 'digest',
    queues: { namespace: 'ns', events: 'events', reconcile: 'reconcile' },
  };
  const other = { ...facts, queues: { ...facts.queues, events: 'others', reconcile: 'other-reconcile' } };
  for (const ahead of [2 * HOUR, -2 * HOUR]) {
    const { world, documents } = bench();
    await registerMirror(documents, facts, { now: new Date(world.time + ahead), isLookedAt: false });
    const late = async () =>
      await registerMirror(documents, other, { now: new Date(world.time), isLookedAt: false });
    world.time += 14 * MINUTE;
    await expect(late()).rejects.toMatchObject({ code: 'mirror-name-taken' });
    world.time += 2 * MINUTE;
    await late();
  }
});

describe('activity', () => {
  const copied = { verdict: 'copied', door: 'event', container: 'photos', bytes: 1, lagMs: 5 } as const;

  it('of the future is ignored, and removed an hour after it was written', async () => {
    const { world, now, documents } = bench();
    const worker = new WorkerActivity(() => world.time + YEAR);
    worker.changed(copied);
    await documents.write('activity/w', worker.toDocument(), { nothingThere: true });
    const { changes, lastMirrored, minutes } = await readActivity(documents, now());
    expect([changes, lastMirrored, minutes]).toEqual([0, {}, []]);
    world.time += HOUR + 1;
    await readActivity(documents, now());
    expect(await documents.read('activity/w')).toBeUndefined();
  });

  it('that a clock has put into the future counts as done by the time that the clock is set right', async () => {
    const { world, now, documents } = bench();
    let ahead = 2 * HOUR;
    const worker = new WorkerActivity(() => world.time + ahead);
    worker.changed(copied);
    world.time += 2 * MINUTE;
    worker.changed(copied);
    ahead = 0;
    worker.changed({ ...copied, container: 'docs' });
    await documents.write('activity/w', worker.toDocument(), { nothingThere: true });
    const { minutes, lastMirrored } = await readActivity(documents, now());
    const at = now().toISOString();
    expect(minutes).toMatchObject([{ at, changes: 3 }]);
    expect(lastMirrored).toEqual({ photos: at, docs: at });
  });
});

it('a sample, and a first start, in the future count as of when they were written', () => {
  const document: HistoryDocument = {
    since: new Date(NOW + 2 * HOUR).toISOString(),
    health: { status: 'ok', codes: [] },
    samples: [
      [(NOW - MINUTE) / 1000, 1, 1, null],
      [(NOW + 2 * HOUR) / 1000, 2, 2, null],
    ],
  };
  expect(believeHistory(document, new Date(NOW))).toMatchObject({
    since: new Date(NOW).toISOString(),
    samples: [
      [(NOW - MINUTE) / 1000, 1, 1, null],
      [NOW / 1000, 2, 2, null],
    ],
  });
  const at = new Date(NOW + MINUTE).toISOString();
  const sample = { at, provenAgeMs: 3, liveAgeMs: 3, canaryAgeMs: null };
  const added = addSample(document, sample, { status: 'ok', problems: [] });
  expect(added?.since).toBe(at);
  expect(added?.samples.map(([time]) => time)).toEqual([(NOW - MINUTE) / 1000, (NOW + MINUTE) / 1000]);
});

it('a canary in the future is missing since it was written', () => {
  const at = new Date(NOW + 2 * HOUR).toISOString();
  const believed = believeCanary({ last: { at, etag: 'e' }, missingSince: at }, new Date(NOW));
  const end = new Date(NOW + 1000).toISOString();
  expect(believed).toEqual({ last: { at: end, etag: 'e' }, missingSince: end });
});
