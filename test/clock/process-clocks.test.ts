import { describe, expect, it } from 'vitest';
import { QueueClock } from '../../src/clock/observed-clock.ts';

const START = Date.parse('2026-11-25T12:00:00Z');
const HOUR = 3_600_000;

/** Clocks that are ahead of the queue's, in milliseconds. */
function start(own: number, accounts: number) {
  let elapsed = 0;
  const clock = new QueueClock({
    begin: () => ({ own: START + elapsed + own, steady: 5000 + elapsed }),
    now: () => new Date(START + elapsed + accounts),
  });
  return {
    clock,
    pass: (ms: number) => void (elapsed += ms),
    /** Receives a message that has waited this long. */
    receive: (waitedMs: number) => clock.observeArrival(new Date(START + elapsed - waitedMs)),
    ahead: () => clock.now().getTime() - (START + elapsed),
  };
}

describe('the clock of the queue', () => {
  it('is that of the accounts until a message was received', () => {
    expect(start(2 * HOUR, 0).ahead()).toBe(0);
  });

  it.each([
    ['our clock is ahead', 2 * HOUR, 0],
    ['our clock is behind', -2 * HOUR, 0],
    ['the accounts are said to be ahead', 0, 2 * HOUR],
    ['the accounts are said to be behind', 0, -2 * HOUR],
  ])('is known from received messages, where %s', (_, own, accounts) => {
    const { receive, pass, ahead } = start(own, accounts);
    receive(20);
    expect(ahead()).toBe(0);
    pass(10 * HOUR);
    expect(ahead()).toBe(0);
    // A message that has waited for long adds nothing.
    receive(3 * HOUR);
    expect(ahead()).toBe(0);
  });

  it('is that of the newest arrival if both others are behind it', () => {
    const { receive, ahead } = start(-2 * HOUR, -3 * HOUR);
    receive(20);
    expect(ahead()).toBe(-20);
  });
});
