import { expect, it } from 'vitest';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { type Key, parseContainerName } from '../../src/model/key.ts';
import type { Unprotected } from '../../src/model/unprotected.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { createLedger } from '../../src/unprotected/ledger.ts';
import { TIME_BUDGETS } from '../../src/concurrency/time-budget.ts';
import { retryKeys } from '../../src/unprotected/retry-keys.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const PHOTOS = parseContainerName('photos');
const MINUTE = 60_000;
const LEASED: Verdict = { verdict: 'skipped', reason: 'backup-leased' };
const left = (path: string, more: Partial<Unprotected> = {}): Unprotected => ({
  container: PHOTOS,
  path,
  reason: 'backup-leased',
  ...more,
});

/** A record with these keys, whose retries are made minute by minute. */
async function bench(keys: readonly Unprotected[]) {
  const documents = new MemoryDocuments().through(immediately);
  const clock = new VirtualClock();
  const time = { now: Date.parse('2026-11-30T12:00:00Z') };
  const now = (): Date => new Date(time.now);
  const log = createSilentLogger();
  const open = () => createLedger({ documents, log, now, clock });
  await open().record(keys);
  const state = {
    paused: false,
    elapsedMs: 0,
    answer: (_key: Key): Verdict => LEASED,
    checks: [] as string[],
  };
  const minute = async (): Promise<void> => {
    time.now += MINUTE;
    const ledger = open();
    const { document } = await ledger.refresh();
    const parts = {
      ledger,
      converge: async (key: Key) => {
        state.checks.push(key.path);
        return await Promise.resolve(state.answer(key));
      },
      includes: ({ path }: Key) => path !== 'outside',
      isPaused: () => state.paused,
      now,
      log,
      clock: { now: () => state.elapsedMs, after: clock.after.bind(clock) },
    };
    await retryKeys(parts, document ?? { keys: [] });
  };
  const names = async () => (await open().refresh()).document?.keys ?? [];
  return { state, minute, names, log, ledger: open() };
}

it('a key is retried after pauses that double up to an hour, until it is in step', async () => {
  const { state, minute, names, log } = await bench([left('a')]);
  const minutes: number[] = [];
  for (let i = 1; i <= 300; i++) {
    await minute();
    if (state.checks.splice(0).length > 0) minutes.push(i);
  }
  expect(minutes).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243]);
  state.answer = () => ({ verdict: 'copied', created: false, bytes: 3, engine: 'm', stamped: true });
  for (let i = 0; i < 60; i++) await minute();
  expect(state.checks).toEqual(['a']);
  expect(await names()).toEqual([]);
  expect(log.lines.map(({ message }) => message)).toContain('a key that was not protected is in step');
});

it('the reason on record is that of the last try', async () => {
  const { state, minute, names } = await bench([left('a'), left('b')]);
  state.answer = ({ path }) => {
    if (path === 'b') throw new BlobmirrorError('storage-rejected', 'it was refused');
    return { verdict: 'skipped', reason: 'backup-immutable' };
  };
  await minute();
  expect(await names()).toMatchObject([
    { path: 'a', reason: 'backup-immutable', tries: 1, lastTry: '2026-11-30T12:01:00.000Z' },
    { path: 'b', reason: 'storage-rejected', tries: 1 },
  ]);
});

it('a failure that may pass changes neither the reason on record nor that an operator saw it', async () => {
  const { state, minute, names, ledger } = await bench([left('a'), left('b')]);
  await ledger.change((draft) => void draft.acknowledge());
  state.answer = ({ path }) => {
    throw new BlobmirrorError(path === 'a' ? 'storage-throttled' : 'storage-rejected', 'not now');
  };
  await minute();
  const [a, b] = await names();
  expect(a).toMatchObject({ reason: 'backup-leased', acknowledged: true, tries: 1 });
  expect(a?.lastTry).toBe('2026-11-30T12:01:00.000Z');
  expect(b).toMatchObject({ reason: 'storage-rejected', tries: 1 });
  expect(b?.acknowledged).toBeUndefined();
});

it('a long copy goes on with the next minute', async () => {
  const { state, minute } = await bench([left('a')]);
  state.answer = () => ({ verdict: 'unfinished', engine: 'blocks' });
  for (let i = 0; i < 4; i++) await minute();
  expect(state.checks).toHaveLength(4);
});

it('nothing is retried in a pause, out of the scope, below a path, or of the old name of a rename', async () => {
  const { state, minute, names } = await bench([
    left('outside'),
    left('tree', { below: true }),
    left('old', { reason: 'rename-incomplete' }),
    left('a'),
  ]);
  state.paused = true;
  await minute();
  expect(state.checks).toEqual([]);
  state.paused = false;
  state.answer = () => ({ verdict: 'in-sync' });
  await minute();
  expect(state.checks).toEqual(['a']);
  expect((await names()).map(({ path }) => path)).toEqual(['outside', 'tree', 'old']);
});

it('a minute has a bounded number of retries, the longest due first', async () => {
  const { state, minute } = await bench(Array.from({ length: 250 }, (_, i) => left(`${i}`)));
  const perMinute: number[] = [];
  for (let i = 0; i < 4; i++) {
    await minute();
    perMinute.push(state.checks.length);
  }
  expect(perMinute.slice(0, 2)).toEqual([100, 200]);
  expect(new Set(state.checks).size).toBe(250);
});

it('a name in the record that is no key is left alone', async () => {
  const { state, minute } = await bench([
    { container: PHOTOS, path: 'x'.repeat(2000), reason: 'backup-leased' },
  ]);
  await minute();
  expect(state.checks).toEqual([]);
});

it('no check begins when those before it took all the time of a minute', async () => {
  const paths = Array.from({ length: 40 }, (_, i) => `${i}`);
  const { state, minute } = await bench(paths.map((path) => left(path)));
  // Eight are under way at once.
  state.answer = () => {
    if (state.checks.length === 20) state.elapsedMs += TIME_BUDGETS.prelude + 1;
    return LEASED;
  };
  await minute();
  expect(state.checks.length).toBeGreaterThanOrEqual(20);
  expect(state.checks.length).toBeLessThan(30);
});
