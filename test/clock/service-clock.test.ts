import { describe, expect, it } from 'vitest';
import {
  type SteadyClock,
  backgroundSteadyClock,
  clockAheadMs,
  systemSteadyClock,
} from '../../src/clock/service-clock.ts';

const timersThatKeepProcess = (): number =>
  process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;

describe('a timer', () => {
  const kept = (clock: SteadyClock): number => {
    const before = timersThatKeepProcess();
    const cancel = clock.after(60_000, () => {});
    const after = timersThatKeepProcess();
    cancel();
    return after - before;
  };

  it('keeps the process running, unless it is of the background', () => {
    expect(kept(systemSteadyClock)).toBe(1);
    expect(kept(backgroundSteadyClock)).toBe(0);
  });
});

describe('how far the clock of a service is ahead', () => {
  const NOON = 'Wed, 25 Nov 2026 12:00:00 GMT';
  const at = Date.parse(NOON);

  it.each([
    // A header has whole seconds, so the half of one is added; the answer came halfway between the two times.
    [at, at, 500],
    [at + 500, at + 500, 0],
    [at, at + 2000, -500],
    [at - 60_000, at - 60_000, 60_500],
  ])('is told by its answer to a request from %i to %i: %i ms', (sentAt, answeredAt, ahead) => {
    expect(clockAheadMs(NOON, sentAt, answeredAt)).toBe(ahead);
  });

  it.each([undefined, '', 'yesterday'])('is unknown by an answer with the time %s', (header) => {
    expect(clockAheadMs(header, at, at)).toBeUndefined();
  });
});
