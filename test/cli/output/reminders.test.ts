import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { inTime } from '../../../src/cli/command-options.ts';
import { printMessage, startProgressLine } from '../../../src/cli/output/print.ts';
import { atTimeout, explainTimeout, startReminders, waitFor } from '../../../src/cli/output/reminders.ts';

let lines: string[] = [];

beforeEach(() => {
  lines = [];
  vi.useFakeTimers();
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    lines.push(String(chunk));
    return true;
  });
  waitFor(['photos', 'photosbackup', 'photosbackup', 'mirror.servicebus.windows.net']);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const hangs = async (): Promise<never> => await new Promise<never>(() => undefined);

it('a command that hangs says within two seconds what it waits for, and then ever more rarely', async () => {
  void inTime(hangs, undefined);
  await vi.advanceTimersByTimeAsync(1900);
  expect(lines).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  expect(lines).toEqual([
    'waiting for photos, photosbackup and mirror.servicebus.windows.net, 2 s so far; Ctrl-C ends the command, --timeout SECONDS limits it\n',
  ]);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.length).toBeLessThan(20);
});

it('a worker that hangs while it starts says so in its log', async () => {
  const said: unknown[] = [];
  const end = startReminders((...each) => said.push(each));
  await vi.advanceTimersByTimeAsync(2000);
  end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(said).toEqual([['waiting for photos, photosbackup and mirror.servicebus.windows.net', 2, true]]);
});

it('a command that hangs with progress to tell says that instead', async () => {
  const progress = startProgressLine(() => '3 checks done');
  void inTime(hangs, undefined);
  await vi.advanceTimersByTimeAsync(2000);
  progress.stop();
  expect(lines.join('')).toMatch(/^3 checks done, 2 s so far;/);
});

it('a command that prints something itself is left alone for ten seconds', async () => {
  void inTime(hangs, undefined);
  await vi.advanceTimersByTimeAsync(1000);
  printMessage('the run has begun');
  await vi.advanceTimersByTimeAsync(9500);
  expect(lines).toEqual(['the run has begun\n']);
  await vi.advanceTimersByTimeAsync(600);
  expect(lines).toHaveLength(2);
});

it('a command ends with an error when its time is over, and with its own result before', async () => {
  expect(await inTime(async () => await Promise.resolve(3), 5)).toBe(3);
  const hangsWithFindings = async (): Promise<never> => {
    atTimeout(async () => await Promise.resolve(printMessage('what was found so far')));
    explainTimeout(() => ({ hint: 'Something of its own.' }));
    return await hangs();
  };
  const ended = inTime(hangsWithFindings, 1.5).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(1500);
  expect(await ended).toMatchObject({
    code: 'command-timed-out',
    hint: 'Something of its own.',
    message:
      'the command has not ended within 1.5 s (--timeout), waiting for photos, photosbackup and mirror.servicebus.windows.net',
  });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(lines).toEqual(['what was found so far\n']);
});
