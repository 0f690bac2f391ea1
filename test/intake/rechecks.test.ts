import { describe, expect, it } from 'vitest';
import { WATCH_RULES, planRecheck } from '../../src/intake/rechecks.ts';
import type { Hint } from '../../src/model/hint.ts';
import { parseKey } from '../../src/model/key.ts';
import type { SkipReason, Verdict } from '../../src/model/verdict.ts';
import type { Watch } from '../../src/model/watch.ts';

const copied = (bytes = 3): Extract<Verdict, { verdict: 'copied' }> => ({
  verdict: 'copied',
  created: true,
  bytes,
  engine: 'memory',
  stamped: true,
});
const skipped = (reason: SkipReason): Verdict => ({ verdict: 'skipped', reason });
const VERDICTS = {
  copied: copied(),
  'copied empty': copied(0),
  'copied without a stamp': { ...copied(), stamped: false },
  'in step': { verdict: 'in-sync' },
  'still written': skipped('source-still-written'),
  'copy pending': skipped('source-copy-pending'),
  archived: skipped('source-archived'),
  deleted: { verdict: 'deleted' },
} as const satisfies Record<string, Verdict>;
type Name = keyof typeof VERDICTS;

/** The pauses, in seconds, of a key that is looked at until the looks end, and finds the last verdict for ever. */
function pausesOf(
  silentChanges: Hint['silentChanges'],
  found: readonly Name[],
  forMs = WATCH_RULES.forMs,
  firstPauseMs = WATCH_RULES.firstPauseMs,
  rename?: Hint['rename'],
) {
  const pauses: number[] = [];
  const holds: (string | undefined)[] = [];
  let [now, watch] = [Date.parse('2026-11-29T12:00:00Z'), undefined as Watch | undefined];
  for (let i = 0; i < 1000; i++) {
    const name = found[Math.min(i, found.length - 1)] ?? 'in step';
    const rules = { firstPauseMs, forMs };
    const next = planRecheck({ silentChanges, rename }, VERDICTS[name], watch, rules, new Date(now));
    if (next === undefined) return { pauses, holds };
    pauses.push(next.delayMs / 1000);
    holds.push(next.hold);
    now += next.delayMs;
    ({ watch } = next);
  }
  throw new Error('the looks never end');
}

const TO_AN_HOUR = [30, 60, 120, 240, 480, 960, 1920];

describe('the pauses between checks of a key', () => {
  it.each<[string, Hint['silentChanges'], readonly Name[], readonly number[]]>([
    ['an ordinary blob has none', 'none', ['copied'], []],
    ['one that is in step has none', 'none', ['in step'], []],
    ['end when it was in step twice as long as the first', 'open', ['copied', 'in step'], [30, 60]],
    ['end where no stamp tells whether it changed', 'open', ['copied without a stamp'], [30, 60]],
    ['begin where something else has mirrored it first', 'open', ['in step'], [30, 60]],
    [
      'outlast a first one in which nothing changed',
      'open',
      ['copied', 'in step', 'copied', 'in step'],
      [30, 60, 120],
    ],
    ['grow until a full sync has passed while it keeps changing', 'open', ['copied'], TO_AN_HOUR],
    ['grow likewise while what was made is empty', 'open', ['copied empty', 'in step'], TO_AN_HOUR],
    [
      'end once its content is there and at rest',
      'open',
      ['copied empty', 'in step', 'in step', 'copied', 'in step'],
      [30, 60, 120, 240],
    ],
    ['end with the first where the writer has closed it', 'closed', ['copied', 'in step'], [30]],
    ['end with the first, also of a file that was closed empty', 'closed', ['copied empty', 'in step'], [30]],
    ['has none where a closed one is in step', 'closed', ['in step'], []],
    ['grow where a closed one changes again', 'closed', ['copied', 'copied', 'in step'], [30, 60]],
    ['end with a deletion', 'open', ['copied', 'deleted'], [30]],
    ['has none where only a person clears it: it is on record, and retried', 'none', ['archived'], []],
    [
      'go on while it is still written, whatever the event was, and then as for any that may change',
      'none',
      ['still written', 'still written', 'still written', 'copied', 'in step'],
      [30, 60, 120, 240],
    ],
    [
      'are an hour at the most, and so many, for one that is never written',
      'none',
      ['still written'],
      [...TO_AN_HOUR, ...Array.from({ length: 12 }, () => 3840)],
    ],
    [
      'begin at ten seconds for a copy of the service, and then as for any that may change',
      'closed',
      ['copy pending', 'copy pending', 'copy pending', 'copied', 'in step'],
      [10, 20, 40, 30],
    ],
    ['wait for a copy that is none in the end', 'none', ['copy pending', 'deleted'], [10]],
  ])('%s', (_what, silentChanges, found, pauses) => {
    expect(pausesOf(silentChanges, found).pauses).toEqual(pauses);
  });

  it('of a rename that a blocked key holds up are two, each as long as until a full sync has passed', () => {
    const rename = { from: parseKey('photos', 'old'), to: parseKey('photos', 'new') };
    expect(pausesOf('none', ['archived'], undefined, undefined, rename)).toEqual({
      pauses: [3600, 3600],
      holds: [undefined, undefined],
    });
  });

  it('for a copy of the service grow to three hours, for two weeks', () => {
    const { pauses } = pausesOf('closed', ['copy pending']);
    expect(pauses.slice(0, 13)).toEqual([
      10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10_240, 10_800, 10_800,
    ]);
    expect(Math.max(...pauses)).toBe(10_800);
    expect(pauses).toHaveLength(128);
    const days = pauses.reduce((sum, pause) => sum + pause, 0) / 86_400;
    expect(days).toBeGreaterThan(14);
  });

  it('after a copy of the service that took longer than a full sync are as many as after any other', () => {
    const pending = Array.from({ length: 12 }, (): Name => 'copy pending');
    expect(pausesOf('open', [...pending, 'copied']).pauses.slice(12)).toEqual(TO_AN_HOUR);
  });

  it('do not outlast four hours where full syncs are rare or off, nor go on where they are frequent', () => {
    expect(pausesOf('open', ['copied'], 4 * 3_600_000).pauses).toEqual([...TO_AN_HOUR, 3840, 6750]);
    expect(pausesOf('open', ['copied'], 300_000).pauses).toEqual([30, 60, 120, 240]);
    expect(pausesOf('open', ['still written', 'copied'], 1).pauses).toEqual([30]);
  });

  it.each([1, 3, 10, 30])(
    'last until a full sync has passed, with ten copies at most, from a first one of %i s',
    (first) => {
      for (const hours of [1, 4]) {
        const { pauses, holds } = pausesOf('open', ['copied'], hours * 3_600_000, first * 1000);
        expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThanOrEqual(hours * 3600);
        expect(pauses.length).toBeLessThan(10);
        expect(holds.slice(1).every((hold) => hold === 'source-still-changing')).toBe(true);
      }
    },
  );
});

describe('a key is known to differ, or to be still changing,', () => {
  it.each<[string, readonly Name[], readonly (string | undefined)[]]>([
    ['not when it was copied once', ['copied', 'in step'], [undefined, undefined]],
    [
      'when it had to be copied again after a pause, until it was in step over one',
      ['copied', 'copied', 'in step'],
      [undefined, 'source-still-changing'],
    ],
    [
      'while it is still written, and not when the content came',
      ['still written', 'still written', 'copied', 'in step'],
      ['source-still-written', 'source-still-written', undefined],
    ],
    [
      'while a copy onto it is pending, and not when that is over',
      ['copy pending', 'copied', 'in step'],
      ['source-copy-pending', undefined, undefined],
    ],
  ])('%s', (_what, found, expected) => {
    expect(pausesOf('open', found).holds.slice(0, expected.length)).toEqual(expected);
  });
});
