import { describe, expect, it } from 'vitest';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { type Key, parseKey } from '../../src/model/key.ts';
import { type Scope, createScope } from '../../src/model/scope.ts';
import { DroppedKeys } from '../../src/unprotected/dropped-keys.ts';
import { createLedger } from '../../src/unprotected/ledger.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const MINUTE = 60_000;
const only = (container: string): Scope =>
  createScope('sourceaccount', { containers: { include: [container], exclude: [] } });

/** A worker that drops events, beside others with these scopes. */
function bench() {
  const documents = new MemoryDocuments().through(immediately);
  const clock = new VirtualClock();
  const log = createSilentLogger();
  const state = { others: [] as readonly Scope[], looks: 0, isAway: false, hangs: false };
  const ledger = createLedger({
    documents,
    log,
    clock,
    now: () => new Date(0),
    readScopes: async () => {
      await Promise.resolve();
      state.looks++;
      if (state.hangs) await new Promise(() => undefined);
      if (state.isAway) throw new BlobmirrorError('storage-unavailable', 'it is down');
      return state.others;
    },
  });
  return {
    state,
    log,
    ledger,
    pass: async (ms: number) => {
      let isOver = false;
      clock.after(ms, () => (isOver = true));
      await clock.runUntil(() => isOver);
    },
    names: async () => {
      const { document } = await ledger.refresh();
      return document?.keys.map(
        ({ container, path, below }) => `${container}/${path}${below ? ' and below' : ''}`,
      );
    },
  };
}

const key = (path: string): Key => parseKey('photos', path);

describe('an event that is dropped as out of scope', () => {
  it('is on record where another worker of the mirror has it in its scope', async () => {
    const { state, ledger, names, pass, log } = bench();
    state.others = [only('docs'), only('photos')];
    ledger.drop([key('a'), parseKey('private', 'b')]);
    await pass(1000);
    expect(await names()).toEqual(['photos/a']);
    expect(log.lines.map(({ message }) => message)).toEqual([
      'events were dropped here that another worker of the mirror has in its scope',
    ]);
  });

  it('is on record also where that worker is seen some minutes later', async () => {
    const { state, ledger, names, pass } = bench();
    ledger.drop([key('a')]);
    await pass(4 * MINUTE);
    state.others = [only('photos')];
    expect(await names()).toBeUndefined();
    await pass(MINUTE);
    expect(await names()).toEqual(['photos/a']);
  });

  it('costs one look in three minutes, and is forgotten after a quarter of an hour', async () => {
    const { state, ledger, names, pass } = bench();
    for (let i = 0; i < 30; i++) {
      ledger.drop([key(`${i}`)]);
      await pass(MINUTE / 10);
    }
    expect(state.looks).toBe(1);
    await pass(20 * MINUTE);
    state.others = [only('photos')];
    await names();
    await pass(1000);
    expect(await names()).toBeUndefined();
    expect(state.looks).toBe(1);
  });

  it('of more than are remembered leaves its container', async () => {
    const { state, ledger, names, pass } = bench();
    ledger.drop(Array.from({ length: 1001 }, (_, i) => key(`${i}`)));
    state.others = [only('photos')];
    await pass(4 * MINUTE);
    await names();
    await pass(1000);
    const all = await names();
    // One key forgotten, a thousand remembered; the record has room for a thousand.
    expect(all).toHaveLength(1000);
    expect((await ledger.refresh()).document?.more).toMatchObject([
      { reason: 'out-of-scope-here', count: 1 },
    ]);
  });

  it('of more containers than are remembered is counted', async () => {
    const { state, ledger, pass } = bench();
    const drop = (i: number): void => ledger.drop([parseKey(`container-${i}`, 'a')]);
    for (let i = 0; i < 1200; i++) drop(i);
    state.others = [only('docs')];
    await pass(4 * MINUTE);
    await ledger.refresh();
    await pass(1000);
    expect((await ledger.refresh()).document?.more).toMatchObject([
      { container: '', reason: 'out-of-scope-here', count: 1 },
    ]);
  });

  it('is on record when its worker stops, although it has looked a moment before', async () => {
    const { state, ledger, names, pass } = bench();
    ledger.drop([key('a')]);
    await pass(1000);
    state.others = [only('photos')];
    let isStopped = false;
    void ledger.stop(5_000).then(() => (isStopped = true));
    await pass(500);
    expect([isStopped, state.looks]).toEqual([true, 2]);
    expect(await names()).toEqual(['photos/a']);
  });

  it('does not hold up a stop, and costs a worker that dropped none no look', async () => {
    const { state, ledger, pass } = bench();
    await ledger.stop(700);
    expect(state.looks).toBe(0);
    state.hangs = true;
    ledger.drop([key('a')]);
    let isStopped = false;
    void ledger.stop(700).then(() => (isStopped = true));
    await pass(699);
    expect(isStopped).toBe(false);
    await pass(1);
    expect(isStopped).toBe(true);
  });

  it('is remembered while the other workers cannot be read', async () => {
    const { state, ledger, names, pass } = bench();
    state.others = [only('photos')];
    state.isAway = true;
    ledger.drop([key('a')]);
    await pass(4 * MINUTE);
    state.isAway = false;
    await names();
    await pass(1000);
    expect(await names()).toEqual(['photos/a']);
  });
});

describe('the memory of what was dropped', () => {
  const ANY = [createScope('sourceaccount')];

  function memory() {
    const state = { now: 0 };
    const dropped = new DroppedKeys({ now: () => state.now, after: () => () => undefined });
    return {
      state,
      dropped,
      left: () => {
        dropped.isDue({ isLast: true });
        return dropped.within(ANY).map(({ container, path }) => `${container}/${path}`);
      },
    };
  }

  it('lasts a quarter of an hour from the last event of each key', () => {
    const { state, dropped, left } = memory();
    dropped.add([key('a'), key('b')]);
    state.now = 10 * MINUTE;
    dropped.add([key('a')]);
    state.now = 15 * MINUTE;
    expect(left().toSorted()).toEqual(['photos/a', 'photos/b']);
    state.now += 1;
    expect(left()).toEqual(['photos/a']);
    state.now = 25 * MINUTE + 1;
    expect(left()).toEqual([]);
  });

  it('keeps of the oldest beyond a thousand the container, for as long as of a key', () => {
    const { state, dropped, left } = memory();
    const many = (container: string) =>
      Array.from({ length: 1000 }, (_, i) => parseKey(container, String(i)));
    dropped.add([...many('first'), ...many('second'), ...many('third')]);
    state.now = 10 * MINUTE;
    dropped.add([...many('first'), ...many('third')]);
    const containers = () => left().filter((name) => name.endsWith('/'));
    expect(containers().toSorted()).toEqual(['first/', 'second/']);
    state.now = 15 * MINUTE + 1;
    expect(containers().toSorted()).toEqual(['first/']);
    state.now = 25 * MINUTE + 1;
    expect(left()).toEqual([]);
  });
});
