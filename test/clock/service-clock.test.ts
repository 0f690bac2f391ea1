import { describe, expect, it } from 'vitest';
import { type SteadyClock, backgroundSteadyClock, systemSteadyClock } from '../../src/clock/service-clock.ts';

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
