import { describe, expect, it } from 'vitest';
import type { Schedule } from '../memory/schedule.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { TIME_BUDGETS } from '../../src/concurrency/time-budget.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { parseContainerName } from '../../src/model/key.ts';
import { type Scope, createScope } from '../../src/model/scope.ts';
import type { Unprotected } from '../../src/model/unprotected.ts';
import { LEDGER, type LedgerLimits } from '../../src/unprotected/ledger-document.ts';
import { type Ledger, createLedger } from '../../src/unprotected/ledger.ts';
import { readRecorded } from '../../src/unprotected/list-unprotected.ts';
import { takeOverRun, touchesNamed } from '../../src/unprotected/take-over-run.ts';
import type { Proof } from '../../src/api/proof.ts';
import type { RunId } from '../../src/model/run-id.ts';
import { judgeUnprotected } from '../../src/status/judge-unprotected.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const PHOTOS = parseContainerName('photos');
const left = (path: string, reason = 'backup-leased'): Unprotected => ({ container: PHOTOS, path, reason });

/** Resolves when what was cleared is stored. */
const written = async (ledger: Ledger): Promise<void> => await ledger.change(() => undefined);

/** Documents in memory, and workers that share them. */
function bench({ limits, schedule = immediately }: { limits?: LedgerLimits; schedule?: Schedule } = {}) {
  const memory = new MemoryDocuments();
  const clock = new VirtualClock();
  const log = createSilentLogger();
  const time = { now: Date.parse('2026-11-30T12:00:00Z') };
  let writes = 0;
  const counting: Schedule = async (name, key, effect) =>
    await schedule(name, key, () => {
      if (name === 'documents.write') writes++;
      return effect();
    });
  const documents = memory.through(counting);
  const worker = (): Ledger =>
    createLedger({
      documents,
      log,
      now: () => new Date(time.now),
      clock,
      random: () => 0.5,
      ...(limits !== undefined && { limits }),
    });
  const names = async () => {
    const { document } = await worker().refresh();
    return document?.keys.map(({ path, reason }) => `${path}: ${reason}`) ?? [];
  };
  /** Lets time pass until the work is done. */
  const passing = async <Result>(work: Promise<Result>): Promise<Result> => {
    let isDone = false;
    const end = (): void => void (isDone = true);
    work.then(end, end);
    await clock.runUntil(() => isDone);
    return await work;
  };
  return { passing, memory, clock, documents, worker, names, log, time, writes: () => writes };
}

describe('the record of unprotected keys', () => {
  it('is stored when it says so, and known to a worker that starts later', async () => {
    const { worker, names } = bench();
    await worker().record([left('a'), left('b', 'source-archived')]);
    expect(await names()).toEqual(['a: backup-leased', 'b: source-archived']);
  });

  it('keeps since when a key is on it, whatever is found later', async () => {
    const { worker, time, passing } = bench();
    const ledger = worker();
    await ledger.record([left('a')]);
    time.now += 60_000;
    await passing(ledger.record([left('a', 'backup-immutable')]));
    expect(ledger.named.get('photos/a')).toMatchObject({
      reason: 'backup-immutable',
      since: '2026-11-30T12:00:00.000Z',
      seenAt: '2026-11-30T12:01:00.000Z',
    });
  });

  it('is a few writes for a thousand findings at once', async () => {
    const { worker, names, writes, passing } = bench();
    const ledger = worker();
    const all = Array.from({ length: 1000 }, async (_, i) => await ledger.record([left(`k${i}`)]));
    await passing(Promise.all(all));
    expect(await names()).toHaveLength(1000);
    expect(writes()).toBeLessThanOrEqual(3);
  });

  it('loses nothing where workers write at once', async () => {
    const { worker, names, clock, passing } = bench({
      schedule: async (_name, _key, effect) => {
        await clock.sleep(20);
        return effect();
      },
    });
    const workers = Array.from({ length: 4 }, worker);
    const all = workers.flatMap((ledger, i) =>
      [0, 1, 2].map(async (n) => await ledger.record([left(`w${i}.${n}`)])),
    );
    await passing(Promise.all(all));
    expect(await passing(names())).toHaveLength(12);
  });

  it('rejects while the state cannot be written, so that the message is not settled', async () => {
    const state = { isAway: true };
    const { worker, names } = bench({
      schedule: async (name, _key, effect) => {
        await Promise.resolve();
        if (state.isAway && name === 'documents.write')
          throw new BlobmirrorError('storage-unavailable', 'it is down');
        return effect();
      },
    });
    const ledger = worker();
    await expect(ledger.record([left('a')])).rejects.toMatchObject({ code: 'storage-unavailable' });
    state.isAway = false;
    expect(await names()).toEqual([]);
  });

  it.each(['documents.read', 'documents.write'])(
    'gives the messages back in time while the state hangs in %s, those that came meanwhile as well',
    async (hanging) => {
      const state = { hangs: true };
      const { worker, names, clock, passing } = bench({
        schedule: async (name, _key, effect) =>
          await (state.hangs && name === hanging
            ? new Promise<never>(() => undefined)
            : Promise.resolve(effect())),
      });
      const ledger = worker();
      const ends: number[] = [];
      const record = async (path: string): Promise<void> => {
        await expect(ledger.record([left(path)])).rejects.toMatchObject({ code: 'storage-unavailable' });
        ends.push(clock.now());
      };
      const first = record('a');
      const second = clock.sleep(10_000).then(async () => await record('b'));
      await passing(Promise.all([first, second]));
      expect(ends).toEqual([TIME_BUDGETS.record, 10_000 + TIME_BUDGETS.record]);
      state.hangs = false;
      // What hung holds nothing up.
      await passing(ledger.record([left('c')]));
      expect(await names()).toContain('c: backup-leased');
    },
  );

  it('gives the messages back in time while other workers change it all the time', async () => {
    const memory = new MemoryDocuments();
    const documents = memory.through(immediately);
    const clock = new VirtualClock();
    const ledger = createLedger({
      documents: {
        read: async (name) => await documents.read(name),
        write: async () => await Promise.resolve('precondition-failed' as const),
      },
      log: createSilentLogger(),
      now: () => new Date(0),
      clock,
    });
    let end = -1;
    const recorded = ledger.record([left('a')]).catch(() => (end = clock.now()));
    await clock.runUntil(() => end >= 0);
    await recorded;
    expect(end).toBeLessThanOrEqual(TIME_BUDGETS.record);
  });

  it('is cleared of a key by a check that began after its finding was known', async () => {
    const { worker, names } = bench();
    await worker().record([left('a')]);
    const other = worker();
    await other.refresh();
    other.clear('photos/a', other.named.get('photos/a')?.mark ?? '');
    await written(other);
    expect(await names()).toEqual([]);
  });

  it('is not cleared by a worker that does not know of a later finding', async () => {
    const { worker, names, passing } = bench();
    const [one, other] = [worker(), worker()];
    await one.record([left('a')]);
    await other.refresh();
    // Its check begins.
    const mark = other.named.get('photos/a')?.mark ?? '';
    await passing(one.record([left('a')]));
    other.clear('photos/a', mark);
    await written(other);
    expect(await names()).toEqual(['a: backup-leased']);
  });

  it('counts by container and reason what has no room by name, and says that names are missing', async () => {
    const { worker, documents } = bench({ limits: { keys: 2, characters: 1000, more: 3 } });
    const reasons = ['a', 'b', 'c', 'd', 'e'];
    await worker().record(reasons.map((reason, i) => left(`k${i}`, reason)));
    const { document } = await worker().refresh();
    expect(document?.keys).toHaveLength(2);
    expect(document?.more.map(({ container, reason, count }) => [container, reason, count])).toEqual([
      ['photos', 'c', 1],
      ['photos', 'd', 1],
      ['', 'other', 1],
    ]);
    expect(await readRecorded(documents, () => undefined)).toMatchObject({ isComplete: false });
  });

  it('has no more characters than fit a small document', async () => {
    const { worker } = bench({ limits: { keys: 1000, characters: 100, more: 3 } });
    await worker().record(Array.from({ length: 10 }, (_, i) => left(`${i}`.repeat(30))));
    const { document } = await worker().refresh();
    expect(document?.keys).toHaveLength(3);
    expect(document?.more).toMatchObject([{ container: 'photos', reason: 'backup-leased', count: 7 }]);
  });

  it('has room for another name when one was cleared', async () => {
    const { worker, names, passing } = bench({ limits: { keys: 10, characters: 6, more: 10 } });
    const ledger = worker();
    await ledger.record([left('one'), left('two')]);
    for (const [name, { mark }] of ledger.named) if (name === 'photos/one') ledger.clear(name, mark);
    await passing(ledger.record([left('new'), left('more')]));
    expect(await passing(names())).toEqual(['two: backup-leased', 'new: backup-leased']);
  });

  it('only counts what nobody can name', async () => {
    const { worker } = bench();
    await worker().record([{ container: '', path: '', reason: 'message-not-event' }]);
    const { document } = await worker().refresh();
    expect(document).toMatchObject({ keys: [], more: [{ reason: 'message-not-event', count: 1 }] });
  });

  it('is no less exact for purged dead letters that were no events, and acknowledges them as such', async () => {
    const { worker, documents, passing } = bench();
    const ledger = worker();
    await ledger.record([left('a'), { container: '', path: '', reason: 'message-not-event' }]);
    expect(await readRecorded(documents, () => undefined)).toMatchObject({ isComplete: true });
    let done: unknown;
    await passing(ledger.change((draft) => void (done = draft.acknowledge())));
    expect(done).toEqual({ acknowledged: 1, deadLetters: 1 });
  });

  it('that is damaged is begun anew from what a worker remembers, and says that names are missing', async () => {
    const { worker, memory, names, documents, log, passing } = bench();
    const ledger = worker();
    await ledger.record([left('a')]);
    memory.stored.set(LEDGER, { text: '{"keys":1}', version: 'of somebody', writtenAt: undefined });
    await passing(ledger.record([left('b')]));
    expect(await names()).toEqual(['a: backup-leased', 'b: backup-leased']);
    expect(await readRecorded(documents, () => undefined)).toMatchObject({ isComplete: false });
    expect(log.lines.map(({ message }) => message)).toContain(
      'the record of unprotected keys is damaged; it is begun anew',
    );
  });
});

describe('a complete full sync', () => {
  const RUN = '2026-11-30T13-00-00Z-4f2a' as RunId;
  const line = (path: string, reason: string) => ({ container: 'photos', path, reason });

  function proofOf(sample: Proof['excepted']['sample'], byReason: Record<string, number>): Proof {
    const count = Object.values(byReason).reduce((sum, each) => sum + each, 0);
    return {
      run: RUN,
      at: '2026-11-30T13:00:00.000Z',
      excepted: { count, sample },
      byReason,
      containers: [],
    };
  }

  const report = async function* (lines: readonly object[]): AsyncGenerator<string, void, void> {
    for (const each of lines) yield await Promise.resolve(JSON.stringify(each));
  };

  it('clears what was on record before it began and it did not leave, and names what it left', async () => {
    const { worker, names, time, documents } = bench();
    const ledger = worker();
    await ledger.change((draft) => {
      draft.record(left('before'));
      draft.record(left('still'));
      draft.record({ ...left('tree'), below: true });
      draft.record({ container: '', path: '', reason: 'message-not-event' });
    });
    time.now = Date.parse('2026-11-30T13:10:00Z');
    await worker().record([left('during')]);
    const proof = proofOf([line('still', 'backup-leased'), line('new', 'source-archived')], {
      'backup-leased': 1,
      'source-archived': 1,
    });
    await takeOverRun({ ledger: worker(), report: () => report([]), touches: () => true }, proof, undefined);
    expect((await names()).toSorted()).toEqual([
      'during: backup-leased',
      'new: source-archived',
      'still: backup-leased',
    ]);
    expect(await readRecorded(documents, () => undefined)).toMatchObject({
      isComplete: true,
      run: RUN,
      more: 0,
    });
  });

  it('clears what is counted without a container, whatever is in the scope of the worker', async () => {
    const { worker, time, documents } = bench();
    time.now = Date.parse('2026-11-30T12:55:00Z');
    await worker().record([{ container: '', path: '', reason: 'message-out-of-bounds' }]);
    expect(await readRecorded(documents, () => undefined)).toMatchObject({
      isComplete: false,
      isWhole: true,
    });
    const parts = { report: () => report([]), touches: () => false };
    await takeOverRun({ ledger: worker(), ...parts }, proofOf([], {}), undefined);
    expect(await readRecorded(documents, () => undefined)).toMatchObject({ isComplete: true, counted: [] });
  });

  it('that began before a dead letter was purged does not clear its count', async () => {
    const { worker, time, documents } = bench();
    time.now = Date.parse('2026-11-30T13:10:00Z');
    await worker().record([{ container: '', path: '', reason: 'message-not-event' }]);
    const parts = { report: () => report([]), touches: () => true };
    await takeOverRun({ ledger: worker(), ...parts }, proofOf([], {}), undefined);
    expect(await readRecorded(documents, () => undefined)).toMatchObject({ counted: [{ count: 1 }] });
  });

  it('keeps for a while what is out of the scope of the worker that takes it over', async () => {
    const { worker, names, time } = bench();
    time.now = Date.parse('2026-11-30T12:30:00Z');
    await worker().record([left('mine'), left('theirs')]);
    const touches = ({ path }: { readonly path: string }): boolean => path === 'mine';
    await takeOverRun({ ledger: worker(), report: () => report([]), touches }, proofOf([], {}), undefined);
    expect(await names()).toEqual(['theirs: backup-leased']);
  });

  describe('beside workers with another scope', () => {
    const NARROW: Scope = createScope('sourceaccount', {
      paths: { include: ['mine', 'tree/mine'].map((path) => ({ containers: 'photos', path })), exclude: [] },
    });
    const WIDE = createScope('sourceaccount');
    const touchesNarrow = (key: Parameters<typeof touchesNamed>[1]): boolean => touchesNamed(NARROW, key);
    const narrow = {
      report: () => report([]),
      mirror: 'narrow',
      touches: touchesNarrow,
      readScopes: async () => await Promise.resolve([WIDE]),
    };
    const wide = { report: () => report([]), mirror: 'wide', touches: () => true };

    it('clears none of their keys that it did not compare as a whole, however old', async () => {
      const { worker, names, documents } = bench();
      await worker().change((draft) => {
        draft.recover([]);
        for (const path of ['mine', 'theirs']) draft.record(left(path));
        draft.record({ ...left('tree'), below: true });
        draft.record({ container: '', path: '', reason: 'message-not-event' });
      });
      const proof = { ...proofOf([], {}), at: '2026-12-01T13:00:00.000Z' };
      await takeOverRun({ ledger: worker(), ...narrow }, proof, undefined);
      expect(await names()).toEqual(['theirs: backup-leased', 'tree: backup-leased']);
      expect((await worker().refresh()).document).toMatchObject({
        more: [{ reason: 'message-not-event', count: 1 }],
        lostAt: expect.any(String) as string,
      });
      expect(await readRecorded(documents, () => undefined)).toMatchObject({ isComplete: false });
    });

    it('keeps their numbers, and its own are least numbers', async () => {
      const { worker } = bench();
      await takeOverRun(
        { ledger: worker(), ...wide },
        { ...proofOf([], { 'backup-leased': 5 }), run: '2026-11-30T12-30-00Z-0001' as RunId },
        undefined,
      );
      await takeOverRun({ ledger: worker(), ...narrow }, proofOf([], { 'backup-leased': 2 }), undefined);
      const { document } = await worker().refresh();
      expect(document?.more.map(({ count, isExact = false }) => [count, isExact])).toEqual([
        [5, true],
        [2, false],
      ]);
    });

    it('does not stand for one of theirs, which is taken over as well, once', async () => {
      const { worker, names, passing } = bench();
      await takeOverRun({ ledger: worker(), ...narrow }, proofOf([], {}), undefined);
      const earlier = {
        ...proofOf([line('theirs', 'backup-leased')], { 'backup-leased': 1 }),
        run: '2026-11-30T12-30-00Z-0001' as RunId,
        at: '2026-11-30T12:30:00.000Z',
      };
      const { document } = await worker().refresh();
      await takeOverRun({ ledger: worker(), ...wide }, earlier, document);
      expect(await names()).toEqual(['theirs: backup-leased']);

      const ledger = worker();
      const known = (await ledger.refresh()).document;
      ledger.clear('photos/theirs', ledger.named.get('photos/theirs')?.mark ?? '');
      await passing(written(ledger));
      await passing(takeOverRun({ ledger, ...wide }, earlier, known));
      await passing(takeOverRun({ ledger, ...narrow }, proofOf([line('mine', 'x')], { x: 1 }), known));
      expect(await names()).toEqual([]);
    });

    it('of which a former release took one over is not taken over again', async () => {
      const { worker, names } = bench();
      const proof = proofOf([line('a', 'backup-leased')], { 'backup-leased': 1 });
      await takeOverRun({ ledger: worker(), ...wide }, proof, { run: RUN });
      expect(await names()).toEqual([]);
    });
  });

  it('clears nothing that was found within a minute of its start: clocks may differ by that much', async () => {
    const { worker, names, time } = bench();
    for (const [path, at] of [
      ['before', '12:58:59'],
      ['just-before', '12:59:01'],
    ] as const) {
      time.now = Date.parse(`2026-11-30T${at}Z`);
      await worker().record([left(path)]);
    }
    const parts = { report: () => report([]), touches: () => true };
    await takeOverRun({ ledger: worker(), ...parts }, proofOf([], {}), undefined);
    expect(await names()).toEqual(['just-before: backup-leased']);
  });

  it('is not taken over after one that began later', async () => {
    const { worker, names } = bench();
    const parts = { ledger: worker(), report: () => report([]), touches: () => true };
    const later = '2026-11-30T14-00-00Z-4f2a' as RunId;
    const proof = proofOf([line('a', 'backup-leased')], { 'backup-leased': 1 });
    for (const known of [{ run: later }, { runs: [{ mirror: '', run: later }] }])
      await takeOverRun(parts, proof, known);
    expect(await names()).toEqual([]);
    await takeOverRun(parts, proof, { run: later, runs: [{ mirror: 'another', run: later }] });
    expect(await names()).toEqual(['a: backup-leased']);
  });

  it('has its report read only where its samples do not name all that it left', async () => {
    let reports = 0;
    const parts = {
      report: () => {
        reports++;
        return report([
          { container: 'photos', path: 'b', verdict: 'failed', code: 'storage-rejected' },
          { container: 'photos', path: 'c', verdict: 'copied' },
          { container: 'photos', path: 'd', verdict: 'skipped', reason: 'deletes-are-kept' },
        ]);
      },
      touches: () => true,
    };
    const named = bench();
    await takeOverRun(
      { ledger: named.worker(), ...parts },
      proofOf([line('a', 'backup-leased')], { 'backup-leased': 1 }),
      undefined,
    );
    expect(reports).toBe(0);
    const more = bench();
    await takeOverRun(
      { ledger: more.worker(), ...parts },
      proofOf([line('a', 'backup-leased')], { 'backup-leased': 1, 'storage-rejected': 1 }),
      undefined,
    );
    expect(reports).toBe(1);
    // What the settings want is not left.
    expect(await more.names()).toEqual(['a: backup-leased', 'b: storage-rejected']);
  });

  it('is taken over once', async () => {
    const { worker, names } = bench();
    const proof = proofOf([line('a', 'backup-leased')], { 'backup-leased': 1 });
    const parts = { report: () => report([]), touches: () => true };
    await takeOverRun({ ledger: worker(), ...parts }, proof, undefined);
    const ledger = worker();
    await ledger.refresh();
    ledger.clear('photos/a', ledger.named.get('photos/a')?.mark ?? '');
    await written(ledger);
    await takeOverRun({ ledger: worker(), ...parts }, proof, undefined);
    await takeOverRun({ ledger: worker(), ...parts }, proof, { run: RUN });
    expect(await names()).toEqual([]);
  });

  it('that left more than its samples names them from its report, and counts the rest by reason', async () => {
    const { worker, documents } = bench();
    const lines = [
      { ...line('ok', ''), verdict: 'copied' },
      ...['a', 'b', 'c'].map((path) => ({ ...line(path, 'backup-leased'), verdict: 'skipped' })),
      { container: 'photos', path: 'd', verdict: 'failed', code: 'storage-rejected' },
      { ...line('kept', 'deletes-are-kept'), verdict: 'skipped' },
    ];
    const proof = proofOf([line('a', 'backup-leased')], { 'backup-leased': 12, 'storage-rejected': 1 });
    const parts = { report: () => report(lines), touches: () => true, limits: { names: 3, lines: 100 } };
    await takeOverRun({ ledger: worker(), ...parts }, proof, undefined);
    const { document } = await worker().refresh();
    expect(document?.keys.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
    expect(document?.more).toMatchObject([
      { reason: 'backup-leased', count: 9, isExact: true },
      { reason: 'storage-rejected', count: 1, isExact: true },
    ]);
    // Each counts once.
    expect(await readRecorded(documents, () => undefined)).toMatchObject({ more: 10, isComplete: true });
  });

  describe('that are acknowledged', () => {
    const acknowledge = async (ledger: Ledger): Promise<void> => {
      await ledger.change((draft) => void draft.acknowledge());
    };
    const judgeAfter = async (documents: Parameters<typeof readRecorded>[0], at: number) =>
      judgeUnprotected(await readRecorded(documents, () => undefined), new Date(at), 3_600_000).map(
        ({ detail }) => detail.slice(0, 5),
      );

    it('fail health no longer, until another key or another reason comes', async () => {
      const { worker, documents, passing, time } = bench();
      const ledger = worker();
      await ledger.record([left('a'), left('b')]);
      const later = time.now + 2 * 3_600_000;
      expect(await judgeAfter(documents, later)).toEqual(['2 key']);
      await passing(acknowledge(ledger));
      expect(await judgeAfter(documents, later)).toEqual([]);
      // The same again, from any worker.
      await worker().record([left('a')]);
      expect(await judgeAfter(documents, later)).toEqual([]);
      await worker().record([left('a', 'backup-immutable')]);
      expect(await judgeAfter(documents, later)).toEqual(['1 key']);
      await worker().record([left('c')]);
      expect(await judgeAfter(documents, later)).toEqual(['2 key']);
    });

    it('stay so through a failure that may pass, which is no other reason, in an event or a full sync', async () => {
      const { worker, names, documents, time, passing } = bench();
      const ledger = worker();
      await ledger.record([left('a'), left('old', 'rename-incomplete'), left('c')]);
      await passing(acknowledge(ledger));
      const later = time.now + 48 * 3_600_000;
      await passing(ledger.record([left('a', 'storage-throttled'), left('old', 'storage-unavailable')]));
      const proof = proofOf([line('c', 'storage-throttled')], { 'storage-throttled': 1 });
      time.now = Date.parse('2026-11-30T13:10:00Z');
      await worker().record([left('a'), left('old', 'storage-throttled')]);
      await takeOverRun(
        { ledger: worker(), report: () => report([]), touches: () => true },
        proof,
        undefined,
      );
      expect(await names()).toEqual(['a: backup-leased', 'old: rename-incomplete', 'c: backup-leased']);
      expect(await judgeAfter(documents, later)).toEqual([]);
      // A defect stays.
      await worker().record([left('a', 'unexpected')]);
      expect(await judgeAfter(documents, later)).toEqual(['1 key']);
    });

    it('are no reason to fail at once for a later finding that is only counted as well', async () => {
      const { worker, documents, time, passing } = bench({ limits: { keys: 0, characters: 0, more: 3 } });
      const ledger = worker();
      await ledger.record([left('a')]);
      await passing(acknowledge(ledger));
      time.now += 48 * 3_600_000;
      await passing(ledger.record([left('b')]));
      // Only the warning that the record may lack some.
      expect(await judgeAfter(documents, time.now + 60_000)).toEqual(['There']);
      time.now += 1_800_000;
      await passing(ledger.record([left('c')]));
      // Since the first of the two.
      expect(await judgeAfter(documents, time.now + 1_860_000)).toEqual(['At le']);
    });

    it('are no reason to fail at once for more of them in a later full sync', async () => {
      const { worker, documents, passing } = bench();
      const lines = ['a', 'b'].map((path) => ({ ...line(path, 'backup-leased'), verdict: 'skipped' }));
      const take = async (day: string, count: number): Promise<void> => {
        const proof = {
          ...proofOf([line('a', 'backup-leased')], { 'backup-leased': count }),
          run: `${day}T12-00-00Z-0001` as RunId,
          at: `${day}T12:00:00.000Z`,
        };
        const parts = { report: () => report(lines), touches: () => true, limits: { names: 1, lines: 100 } };
        await takeOverRun({ ledger: worker(), ...parts }, proof, undefined);
      };
      await take('2026-11-30', 9);
      await passing(acknowledge(worker()));
      await take('2026-12-02', 12);
      expect(await judgeAfter(documents, Date.parse('2026-12-02T12:30:00Z'))).toEqual([]);
      await take('2026-12-03', 12);
      expect(await judgeAfter(documents, Date.parse('2026-12-03T12:30:00Z'))).toEqual(['3 key']);
    });

    it('stay so when a full sync finds them again, as do those that it only counts', async () => {
      const { worker, documents, passing, time } = bench();
      const lines = ['a', 'b', 'c'].map((path) => ({ ...line(path, 'backup-leased'), verdict: 'skipped' }));
      const take = async (run: string, count: number): Promise<void> => {
        const proof = {
          ...proofOf([line('a', 'backup-leased')], { 'backup-leased': count }),
          run: run as RunId,
        };
        const parts = { report: () => report(lines), touches: () => true, limits: { names: 1, lines: 100 } };
        await takeOverRun({ ledger: worker(), ...parts }, proof, undefined);
      };
      await take('2026-11-30T12-00-00Z-0001', 9);
      const later = time.now + 48 * 3_600_000;
      expect(await judgeAfter(documents, later)).toEqual(['9 key']);
      const ledger = worker();
      await passing(acknowledge(ledger));
      expect(await judgeAfter(documents, later)).toEqual([]);
      await take('2026-11-30T13-00-00Z-0001', 9);
      expect(await judgeAfter(documents, later)).toEqual([]);
      await take('2026-11-30T14-00-00Z-0001', 12);
      expect(await judgeAfter(documents, later)).toEqual(['3 key']);
    });
  });
});
