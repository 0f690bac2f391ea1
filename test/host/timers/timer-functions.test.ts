import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Timer } from '@azure/functions';
import { afterEach, describe, expect, it } from 'vitest';
import { parseHostJson } from '../../../src/host/host-json.ts';
import { startHost, type Host } from '../../../src/host/start-host.ts';
import type { TimerTrigger } from '../../../src/host/parse-trigger.ts';
import type { Schedule } from '../../../src/host/timers/schedule.ts';
import { startTimer } from '../../../src/host/timers/start-timer.ts';
import { failureOf } from '../support/failure-of.ts';
import { handlers } from '../support/handlers.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { waitFor } from '../../../packages/local/test/support/wait-for.ts';

/** A timer whose occurrences the test makes. */
function startOwn(invoke: () => Promise<void>) {
  let run: (() => void) | undefined;
  const job = {
    previous: () => null,
    next: () => null,
    stop: () => (run = undefined),
  };
  const schedule: Schedule = {
    expression: '* * * * * *',
    start: (given) => {
      run = () => given(job);
      return job;
    },
  };
  const trigger = { type: 'timerTrigger', schedule, runOnStartup: false } as TimerTrigger;
  return { timer: startTimer(trigger, invoke), occur: () => run?.() };
}

describe('a timer that is stopped', () => {
  it('does not run any more', async () => {
    let runs = 0;
    const { timer, occur } = startOwn(async () => {
      runs++;
      await Promise.resolve();
    });
    occur();
    await timer.stop(new AbortController().signal);
    occur();
    expect(runs).toBe(1);
  });

  it('lets its run end, and waits no longer than until the deadline', async () => {
    const work = Promise.withResolvers<void>();
    const { timer, occur } = startOwn(async () => await work.promise);
    occur();
    const deadline = new AbortController();
    let isStopped = false;
    const stopped = timer.stop(deadline.signal).then(() => (isStopped = true));
    await nextTurn();
    expect(isStopped).toBe(false);
    deadline.abort();
    await stopped;
    work.resolve();
  });
});

describe('timer functions', () => {
  const log = createSilentLogger();
  let host: Host | undefined;

  async function start(schedule: string | undefined): Promise<void> {
    log.lines.length = 0;
    const registrations = [new URL('../fixtures/timers.mjs', import.meta.url)];
    host = await startHost({
      registrations,
      settings: { SCHEDULE: schedule },
      hostJson: parseHostJson({}),
      log,
    });
  }
  afterEach(async () => {
    await host?.stop({ graceMs: 0 });
    host = undefined;
  });

  it('run at their schedule, which may be a setting, and at the start when they ask for it', async () => {
    const timers: Timer[] = [];
    let started = 0;
    handlers.timer = (timer, { functionName }) =>
      functionName === 'atStart' ? ++started : functionName === 'everySecond' && timers.push(timer);
    await start('* * * * * *');
    await waitFor(() => expect(timers.length).toBeGreaterThanOrEqual(2));
    const [first, second] = timers.map(({ scheduleStatus }) => scheduleStatus);
    expect(timers[0]).toMatchObject({ isPastDue: false, schedule: { adjustForDST: true } });
    expect(Date.parse(second?.last ?? '') - Date.parse(first?.last ?? '')).toBeGreaterThan(500);
    expect(Date.parse(first?.next ?? '')).toBeGreaterThan(Date.parse(first?.last ?? ''));
    expect(started).toBe(1);
  });

  it('never overlap themselves', async () => {
    let runs = 0;
    let others = 0;
    let atOnce = 0;
    let most = 0;
    handlers.timer = async (_timer, { functionName }) => {
      if (functionName === 'alsoEverySecond') others++;
      if (functionName !== 'everySecond') return;
      runs++;
      most = Math.max(most, ++atOnce);
      // Longer than the time from one occurrence to the next, as another timer shows.
      const until = others + 3;
      await waitFor(() => expect(others).toBeGreaterThanOrEqual(until));
      atOnce--;
    };
    await start('* * * * * *');
    await waitFor(() => expect(runs).toBe(2));
    expect(most).toBe(1);
  });

  it('run again after they have thrown, with a line in the log', async () => {
    let runs = 0;
    handlers.timer = (_timer, { functionName }) => {
      if (functionName === 'everySecond' && ++runs === 1) throw new Error('first run');
    };
    await start('* * * * * *');
    await waitFor(() => expect(runs).toBeGreaterThanOrEqual(2));
    const fields = { function: 'everySecond', error: { message: 'first run' } };
    expect(log.lines).toMatchObject([{ level: 'error', message: 'Function failed', fields }]);
  });

  it('stop the start when their schedule is no NCRONTAB or its setting is missing', async () => {
    const unreadable = await failureOf(start('every minute'));
    expect(unreadable.code).toBe('setting-invalid');
    expect(unreadable.message).toContain('function "everySecond" has the schedule "every minute"');
    const missing = await failureOf(start(undefined));
    expect(missing.code).toBe('setting-missing');
    expect(missing.message).toContain('SCHEDULE');
  });
});
