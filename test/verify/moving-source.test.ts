import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { theServiceClock } from '../../src/clock/observed-clock.ts';
import { type MemoryAccount, createMemoryAccount, createMemoryInspector } from '../memory/memory-account.ts';
import type { Schedule } from '../memory/schedule.ts';
import { converge } from '../../src/mirror/converge.ts';
import { type Key, parseKey } from '../../src/model/key.ts';
import { budget } from '../support/budgets.ts';
import { KEY } from '../support/keys.ts';
import { POLICY } from '../support/memory-pair.ts';
import { collectFindings } from './collect-findings.ts';

/** Each writes for as long as the accounts take to settle. */
const RUNS = budget(5, 2);
const LONG_AGO = new Date('2026-11-21T20:00:00Z');
const HOUR_MS = 3_600_000;

/** The time by the clock of the services, which stands still unless a test moves it. */
let now: Date;
const time = (): Date => now;
beforeEach(() => {
  now = new Date('2026-11-25T13:00:00Z');
  const clock = vi.spyOn(theServiceClock, 'now').mockImplementation(time);
  onTestFinished(() => clock.mockRestore());
});

interface Pair {
  readonly source: MemoryAccount;
  readonly backup: MemoryAccount;
  mirror(key?: Key): Promise<unknown>;
}

/** `before` runs before each call that the verification makes; the clock of the accounts is the test's. */
function createPair(before: (call: string) => unknown = () => {}, clock = time) {
  const source = createMemoryAccount('sourceaccount', undefined, undefined, clock);
  const backup = createMemoryAccount('backupaccount', undefined, source, clock);
  for (const account of [source, backup]) account.addContainer(KEY.container);
  const disturbed: Schedule = async (call, _key, effect) => {
    await before(call);
    return effect();
  };
  const pair: Pair = {
    source,
    backup,
    mirror: async (key = KEY) => await converge({ source, backup, policy: POLICY }, key),
  };
  const sides = {
    source: createMemoryInspector({ ...source, ...source.through(disturbed) }),
    backup: createMemoryInspector({ ...backup, ...backup.through(disturbed) }),
  };
  return { ...pair, sides };
}

describe('verify of accounts in motion', () => {
  it('raises no alarm while a live mirror follows a source that is written and deleted all the time', async () => {
    const keys = Array.from({ length: 50 }, (_, n) => parseKey(KEY.container, `blob-${n}`));
    let calls = 0;
    const pair = createPair(() => calls++);
    for (const key of keys) pair.source.put(key, { content: 'first' });

    const over = new AbortController();
    async function writeAndFollow(): Promise<void> {
      for (let round = 0; !over.signal.aborted; round++) {
        const [key, late] = [keys[round % keys.length] ?? KEY, keys[(round + 40) % keys.length] ?? KEY];
        if (round % 7 === 0) pair.source.remove(key);
        else pair.source.put(key, { content: `v${round}`, metadata: { round: String(round) } });
        await pair.mirror(late);
        await nextTurn();
      }
    }
    for (const key of keys) await pair.mirror(key);
    const writing = writeAndFollow();

    for (let run = 0; run < RUNS; run++) {
      const { differences } = await collectFindings(pair.sides, { content: 'read', settleMs: HOUR_MS });
      expect(differences).toEqual(new Map());
    }
    over.abort();
    await writing;
    // Runs over accounts at rest take fewer: keys in motion were met, and checked again.
    expect(calls).toBeGreaterThan(RUNS * 10);
  });

  it('waits for a mirror that is late, and finds nothing', async () => {
    let reads = 0;
    const pair = createPair(async (call) => {
      if (call === 'sourceaccount.read' && ++reads === 2) await pair.mirror();
    });
    pair.source.put(KEY, { content: 'x' });
    const { differences } = await collectFindings(pair.sides, { settleMs: HOUR_MS });
    expect(differences).toEqual(new Map());
    expect(reads).toBeGreaterThan(1);
    expect(pair.backup.peek(KEY)?.content).toBe('x');
  });

  it('tells a backup that stays behind once its source was at rest for the settling time', async () => {
    const restedMs = [0, HOUR_MS - 1, HOUR_MS];
    let reads = 0;
    const pair = createPair((call) => {
      if (call === 'sourceaccount.read') now = new Date(began + (restedMs[reads++] ?? NaN));
    });
    pair.source.put(KEY, { content: 'v1' });
    await pair.mirror();
    const began = now.getTime();
    pair.source.put(KEY, { content: 'v2' });
    const { differences } = await collectFindings(pair.sides, { settleMs: HOUR_MS });
    expect(reads).toBe(restedMs.length);
    expect(differences.get('photos/cat.jpg')).toMatchObject([{ difference: 'stamp-etag' }]);
  });

  it('does not wait where the source has been at rest for long', async () => {
    const pair = createPair(undefined, () => LONG_AGO);
    pair.source.put(KEY, { content: 'x' });
    const { differences } = await collectFindings(pair.sides, { settleMs: HOUR_MS });
    expect(differences.get('photos/cat.jpg')).toEqual([{ difference: 'missing-on-backup' }]);
  });

  it('does not wait where the stamp says that the mirror is done', async () => {
    const pair = createPair();
    pair.source.put(KEY, { content: 'x', metadata: { colour: 'red' } });
    await pair.mirror();
    const { metadata = {} } = pair.backup.peek(KEY) ?? {};
    pair.backup.put(KEY, { content: 'x', metadata: { ...metadata, colour: 'blue' } });
    const { differences } = await collectFindings(pair.sides, { settleMs: HOUR_MS });
    expect(differences.get('photos/cat.jpg')).toMatchObject([{ difference: 'metadata', name: 'colour' }]);
  });

  it('counts the rest of a source from its last change', async () => {
    let reads = 0;
    const pair = createPair((call) => {
      if (call !== 'sourceaccount.read') return;
      now = new Date(began + (reads++ * HOUR_MS) / 2);
      if (reads === 3) pair.source.put(KEY, { content: 'v3' });
    });
    pair.source.put(KEY, { content: 'v1' });
    await pair.mirror();
    const began = now.getTime();
    pair.source.put(KEY, { content: 'v2' });
    const { differences } = await collectFindings(pair.sides, { settleMs: HOUR_MS });
    expect(reads).toBe(5);
    expect(differences.get('photos/cat.jpg')).toMatchObject([{ difference: 'stamp-etag' }]);
  });

  it('says of a blob that never rests that it kept moving, and nothing else', async () => {
    let reads = 0;
    const pair = createPair((call) => {
      if (call !== 'sourceaccount.read') return;
      reads++;
      pair.source.put(KEY, { content: 'again' });
    });
    pair.source.put(KEY, { content: 'x' });
    const { differences, stillMoving, tally } = await collectFindings(pair.sides, { settleMs: 150 });
    expect(differences).toEqual(new Map());
    expect(stillMoving).toEqual(['photos/cat.jpg']);
    expect(tally.stillMoving).toBe(1);
    // At least 200 ms apart, in three times the settling time.
    expect(reads).toBeLessThanOrEqual(5);
  });

  it('does not take a mix of two versions for a difference when the source changes under the reading', async () => {
    let reads = 0;
    const pair = createPair(async (call) => {
      if (call !== 'sourceaccount.read') return;
      // Under the first reading of content, after the listing, and under the second, after a look.
      reads++;
      if (reads !== 2 && reads !== 4) return;
      pair.source.put(KEY, { content: reads === 2 ? 'version two' : 'version III' });
      await pair.mirror();
    });
    pair.source.put(KEY, { content: 'version one' });
    await pair.mirror();
    const { differences } = await collectFindings(pair.sides, { content: 'read', settleMs: HOUR_MS });
    expect(differences).toEqual(new Map());
    expect(pair.source.peek(KEY)?.content).toBe('version III');
  });
});
