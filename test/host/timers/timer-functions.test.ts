import type { Timer } from '@azure/functions';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseHostJson } from '../../../src/host/host-json.js';
import { startHost, type Host } from '../../../src/host/start-host.js';
import { setHandlers } from '../support/handlers.js';
import { recordingLog } from '../support/recording-log.js';

describe('timer functions', () => {
  let host: Host | undefined;
  const log = recordingLog();
  const start = async (schedule: string | undefined): Promise<Host> => {
    log.lines.length = 0;
    const registrations = [new URL('../fixtures/timers.mjs', import.meta.url)];
    host = await startHost({
      registrations,
      settings: { SCHEDULE: schedule },
      hostJson: parseHostJson({}),
      log,
    });
    return host;
  };
  afterEach(async () => {
    await host?.stop({ graceMs: 0 });
    host = undefined;
  });

  it('run at their schedule, which may be a setting, and at the start when they ask for it', async () => {
    const timers: Timer[] = [];
    let started = 0;
    setHandlers({ everySecond: (timer) => timers.push(timer as Timer), atStart: () => ++started });
    await start('* * * * * *');
    expect(started).toBe(1);
    await vi.waitFor(() => expect(timers.length).toBeGreaterThanOrEqual(2), 5000);
    const [first, second] = timers.map(({ scheduleStatus }) => scheduleStatus);
    expect(timers[0]).toMatchObject({ isPastDue: false, schedule: { adjustForDST: true } });
    expect(Date.parse(second?.last ?? '') - Date.parse(first?.last ?? '')).toBeGreaterThan(500);
    expect(Date.parse(first?.next ?? '')).toBeGreaterThan(Date.parse(first?.last ?? ''));
    expect(started).toBe(1);
  });

  it('never overlap themselves', async () => {
    const occurrences: number[] = [];
    let atOnce = 0;
    let most = 0;
    setHandlers({
      atStart: () => undefined,
      everySecond: async () => {
        occurrences.push(Date.now());
        most = Math.max(most, ++atOnce);
        // Longer than the time from one occurrence to the next.
        await vi.waitFor(() => expect(Date.now() - (occurrences.at(-1) ?? 0)).toBeGreaterThan(1300), 5000);
        atOnce--;
      },
    });
    await start('* * * * * *');
    await vi.waitFor(() => expect(occurrences).toHaveLength(2), 8000);
    expect(most).toBe(1);
    expect((occurrences[1] ?? 0) - (occurrences[0] ?? 0)).toBeGreaterThan(1300);
  });

  it('run again after they have thrown, with a line in the log', async () => {
    let runs = 0;
    setHandlers({
      atStart: () => undefined,
      everySecond: () => {
        if (++runs === 1) throw new Error('first run');
      },
    });
    await start('* * * * * *');
    await vi.waitFor(() => expect(runs).toBeGreaterThanOrEqual(2), 5000);
    expect(log.lines).toMatchObject([
      {
        level: 'error',
        message: 'Function failed',
        fields: { function: 'everySecond', error: { message: 'first run' } },
      },
    ]);
  });

  it('stop the start when their schedule is no NCRONTAB or its setting is missing', async () => {
    await expect(start('every minute')).rejects.toMatchObject({
      code: 'setting-invalid',
      message: expect.stringContaining('function "everySecond" has the schedule "every minute"') as string,
    });
    await expect(start(undefined)).rejects.toMatchObject({
      code: 'setting-missing',
      message: expect.stringContaining('SCHEDULE') as string,
    });
  });
});
