import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReadyFile } from '../../src/cli/ready-file.ts';
import { untilStopped } from '../../src/cli/until-stopped.ts';
import { startWorkerProcess } from '../../src/cli/worker-process.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

/** A process that the test makes ready, and that ends when the test or a signal ends it. */
class FakeProcess extends EventEmitter {
  exitCode: number | null = null;
  signalCode: string | null = null;
  readonly sent: unknown[] = [];
  readonly args: readonly string[];

  constructor(args: readonly string[]) {
    super();
    this.args = args;
  }

  send(message: unknown): void {
    this.sent.push(message);
  }

  kill(signal: string): void {
    this.end(null, signal);
  }

  end(code: number | null, signal: string | null = null): void {
    [this.exitCode, this.signalCode] = [code, signal];
    this.emit('exit', code, signal);
  }
}

const started: FakeProcess[] = [];

vi.mock('node:child_process', async (original) => ({
  ...(await original<object>()),
  spawn: (_program: string, args: readonly string[]) => {
    const child = new FakeProcess(args);
    started.push(child);
    return child;
  },
}));
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number) => await new Promise((resolve) => setTimeout(resolve, ms)),
}));

const INFO = { source: {}, backup: {}, serviceBus: {} } as unknown as ReadyFile;

beforeEach(() => {
  started.length = 0;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => void vi.useRealTimers());

async function start(sweep = false) {
  const log = createSilentLogger();
  const starting = startWorkerProcess(INFO, 7071, { sweep, log });
  started[0]?.emit('message', 'ready');
  return { log, worker: await starting };
}

describe('a worker process', () => {
  it('that ends before it is ready fails the start', async () => {
    const starting = startWorkerProcess(INFO, 7071, { sweep: false, log: createSilentLogger() });
    started[0]?.end(2);
    await expect(starting).rejects.toMatchObject({
      code: 'worker-ended',
      message: 'the worker ended with status 2 before it was ready',
    });
  });

  it.each([
    [1, null],
    [null, 'SIGKILL'],
  ])('that dies is started again after a second, without another full sync: %s %s', async (code, signal) => {
    const { log } = await start(true);
    expect(started[0]?.args).toContain('--sweep');
    started[0]?.end(code, signal);
    await vi.advanceTimersByTimeAsync(999);
    expect(started).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toHaveLength(2);
    expect(started[1]?.args).not.toContain('--sweep');
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { exitCode: code, signal } }]);
  });

  it('that has ended by itself is not started again', async () => {
    await start();
    started[0]?.end(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(started).toHaveLength(1);
  });

  it('is asked to stop, and killed after four seconds', async () => {
    const { worker } = await start();
    let isStopped = false;
    const stopped = worker.stop().then(() => (isStopped = true));
    expect(started[0]?.sent).toEqual(['stop']);
    await vi.advanceTimersByTimeAsync(3_999);
    expect(isStopped).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await stopped;
    expect(started[0]?.signalCode).toBe('SIGKILL');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(started).toHaveLength(1);
  });

  it('that dies while it is stopped is not started again', async () => {
    const { worker } = await start();
    started[0]?.end(1);
    await vi.advanceTimersByTimeAsync(500);
    await worker.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(started).toHaveLength(1);
  });
});

describe('a process that waits until it is asked to stop', () => {
  /** The listeners of the process that the wait adds; none of them stays. */
  async function wait() {
    const events = new EventEmitter();
    for (const name of ['on', 'once'] as const)
      vi.spyOn(process, name).mockImplementation((event, listener) => {
        events[name](event, listener);
        return process;
      });
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never);
    if (process.channel) vi.spyOn(process.channel, 'unref').mockReturnValue();
    let isStopped = false;
    const stopped = untilStopped().then(() => (isStopped = true));
    await Promise.resolve();
    return { events, exit, stopped, isStopped: () => isStopped };
  }
  afterEach(() => void vi.restoreAllMocks());

  it.each([['SIGINT'], ['SIGTERM'], ['message', 'stop']])('is asked by %s %s', async (event, ...more) => {
    const { events, stopped, isStopped } = await wait();
    events.emit('message', 'of another kind');
    await Promise.resolve();
    expect(isStopped()).toBe(false);
    events.emit(event, ...more);
    await stopped;
  });

  it('ends with the process that started it, whose messages come again', async () => {
    const { events, exit } = await wait();
    events.emit('disconnect');
    expect(exit).toHaveBeenCalledOnce();
  });
});
