import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Finding } from '../../src/api/finding.ts';
import type { Pause } from '../../src/api/pause.ts';
import type { ShownKey } from '../../src/api/shown-key.ts';
import type { Status } from '../../src/api/status.ts';
import type { UnprotectedPage } from '../../src/api/unprotected.ts';
import { inTime } from '../../src/cli/command-options.ts';
import { runCheck } from '../../src/cli/run-check.ts';
import { listDeadLetters, purgeDeadLetters, replayDeadLetters } from '../../src/cli/run-deadletter.ts';
import { runPause, runResume } from '../../src/cli/run-pause.ts';
import { listRuns } from '../../src/cli/run-reconcile.ts';
import { runShow } from '../../src/cli/run-show.ts';
import { runStatus } from '../../src/cli/run-status.ts';
import { runUnprotected } from '../../src/cli/run-unprotected.ts';
import { runVerify } from '../../src/cli/run-verify.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { parseKey } from '../../src/model/key.ts';
import type { VerificationCounts } from '../../src/wiring/verify-accounts.ts';
import { SETTINGS_OUT_OF_REACH } from '../support/settings-out-of-reach.ts';
import { waitFor } from '../../packages/local/test/support/wait-for.ts';

/** What the commands ask, as each test has it. */
const app = {
  stops: 0,
  status: {} as Partial<Status>,
  shown: {} as Partial<ShownKey>,
  unprotected: {} as Partial<UnprotectedPage>,
  findings: [] as Finding[],
  /** After its findings, a check waits for this. */
  checkEnds: Promise.resolve(),
  store: {} as Record<string, (...args: never[]) => unknown>,
  pause: {} as Record<string, (...args: never[]) => unknown>,
  verify: async (
    _options: VerifyParts,
    _counts: VerificationCounts,
    _signal: AbortSignal,
  ): Promise<void> => {},
};
interface VerifyParts {
  readonly settleMs: number;
  readonly found: (place: object, difference: object) => void;
}

vi.mock('../../src/wiring/create-command-app.ts', () => ({
  createCommandApp: () => ({
    statusService: { read: async () => await Promise.resolve(app.status) },
    showKey: async () => await Promise.resolve(app.shown),
    unprotected: { list: async () => await Promise.resolve(app.unprotected) },
    deadLetters: { store: app.store },
    reconciliation: {
      reconciler: { list: async () => await Promise.resolve([]) },
      isPaused: async () => await Promise.resolve(false),
    },
    stop: async () => {
      app.stops++;
      await Promise.resolve();
    },
  }),
}));
vi.mock('../../src/wiring/open-set-up-check.ts', () => ({
  checkSettings: async function* () {
    yield* app.findings;
    await app.checkEnds;
  },
}));
vi.mock('../../src/wiring/open-documents.ts', () => ({ openPauseStore: () => app.pause }));
vi.mock('../../src/wiring/verify-accounts.ts', async (original) => ({
  ...(await original<object>()),
  verifyAccounts: async (
    _env: unknown,
    options: VerifyParts,
    counts: VerificationCounts,
    signal: AbortSignal,
  ) => await app.verify(options, counts, signal),
}));

let printed = { stdout: '', stderr: '' };
const JSON_OUTPUT = { output: 'json' } as const;

beforeEach(() => {
  app.stops = 0;
  for (const [name, value] of Object.entries(SETTINGS_OUT_OF_REACH)) vi.stubEnv(name, value);
  printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text, ...more: unknown[]) => {
      printed[name] += String(text);
      const written = more.at(-1);
      if (typeof written === 'function') (written as () => void)();
      return true;
    });
  // The runner's: a command lets go of the channel to the process that started it.
  if (process.channel) vi.spyOn(process.channel, 'unref').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

describe('the exit status of blobmirror status', () => {
  const health = (status: 'ok' | 'failing'): Partial<Status> => ({ health: { status, problems: [] } });

  it.each([
    ['ok', 0],
    ['failing', 6],
  ] as const)('is that of the health: %s', async (status, expected) => {
    app.status = health(status);
    expect(await runStatus({ ...JSON_OUTPUT, watch: false })).toBe(expected);
    expect(JSON.parse(printed.stdout)).toEqual(health(status));
    expect(app.stops).toBe(1);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('is 130 when --watch ends by %s', async (signal) => {
    app.status = health('failing');
    const ended = runStatus({ ...JSON_OUTPUT, watch: true });
    await waitFor(() => expect(printed.stdout).not.toBe(''));
    process.emit(signal);
    expect(await ended).toBe(130);
    expect(app.stops).toBe(1);
  });
});

it('blobmirror reconcile list closes its connections, so that the process can end', async () => {
  expect(await listRuns(JSON_OUTPUT)).toBe(0);
  expect(app.stops).toBe(1);
});

describe('the exit status of blobmirror show', () => {
  it.each([
    ['in-step', 0],
    ['differs', 3],
    ['unknown', 4],
    ['absent', 7],
    ['not-mirrored', 7],
  ] as const)('of a key that is %s is %i', async (state, expected) => {
    app.shown = { verdict: { state, detail: '' } };
    expect(await runShow('photos/a', JSON_OUTPUT)).toBe(expected);
  });
});

describe('the exit status of blobmirror unprotected', () => {
  const NONE = { keys: [], more: [], byReason: {}, isComplete: true, unknown: [], waiting: 0, next: null };
  const key = { container: 'photos', path: 'a', reason: 'backup-leased' };

  it.each([
    ['nothing is left out', {}, 0],
    ['a key is', { keys: [key] }, 3],
    [
      'keys are only counted',
      { isComplete: false, more: [{ container: 'photos', reason: 'x', count: 2 }] },
      3,
    ],
    ['something could not be read', { unknown: ['record'] }, 4],
    ['a key is, and something could not be read', { keys: [key], unknown: ['record'] }, 4],
    ['the list is not complete', { isComplete: false }, 4],
  ])('where %s', async (_, changes, expected) => {
    app.unprotected = { ...NONE, ...changes } as unknown as UnprotectedPage;
    expect(await runUnprotected(JSON_OUTPUT)).toBe(expected);
  });
});

describe('blobmirror check', () => {
  const finding = (status: Finding['status']): Finding => ({ check: 'c', of: 'photos', status, detail: 'd' });

  it.each([
    [['ok', 'warning', 'unknown'], 0, '3 checks: 0 problems, 1 warning, 1 unknown'],
    [['ok', 'problem'], 6, '2 checks: 1 problem, 0 warnings, 0 unknown'],
  ] as const)('ends by its problems alone: %j', async (statuses, expected, summary) => {
    app.findings = statuses.map(finding);
    expect(await runCheck(JSON_OUTPUT)).toBe(expected);
    expect(printed.stderr).toContain(summary);
    expect(JSON.parse(printed.stdout)).toHaveLength(statuses.length);
  });

  it('prints what it has found when its time is over', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    app.findings = [finding('problem')];
    app.checkEnds = new Promise(() => {});
    const late = inTime(async () => await runCheck(JSON_OUTPUT), 9);
    const failed = late.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(8_999);
    expect(printed.stdout).toBe('');
    await vi.advanceTimersByTimeAsync(1);
    expect(await failed).toMatchObject({ code: 'command-timed-out' });
    expect(JSON.parse(printed.stdout)).toEqual(app.findings);
    app.checkEnds = Promise.resolve();
  });
});

describe('blobmirror deadletter', () => {
  const DONE = { done: 2, gone: 0, failed: 0, isComplete: true };
  const calls: unknown[][] = [];

  beforeEach(() => {
    calls.length = 0;
    const act =
      (outcome: object) =>
      async (...args: unknown[]) => {
        calls.push(args);
        return await Promise.resolve(outcome);
      };
    app.store = { replay: act(DONE), purge: act(DONE) };
  });

  it.each([
    ['all were replayed', DONE, 0],
    ['some are left', { ...DONE, failed: 1 }, 4],
    ['not all were seen', { ...DONE, isComplete: false }, 4],
    ['some were gone', { ...DONE, gone: 1 }, 0],
  ])('replay ends by whether any are left: %s', async (_, outcome, expected) => {
    app.store['replay'] = async () => await Promise.resolve(outcome);
    expect(await replayDeadLetters([], { ...JSON_OUTPUT, all: true })).toBe(expected);
  });

  it('does nothing in a dry run, which needs no confirmation', async () => {
    expect(await purgeDeadLetters([], { ...JSON_OUTPUT, all: true, dryRun: true, yes: false })).toBe(0);
    expect(calls).toMatchObject([[expect.anything(), { dryRun: true }]]);
    await purgeDeadLetters([], { ...JSON_OUTPUT, all: true, yes: true });
    expect(calls[1]).toMatchObject([expect.anything(), { dryRun: false }]);
  });

  it('purges nothing without a confirmation', async () => {
    const asked = purgeDeadLetters([], { ...JSON_OUTPUT, all: true, yes: false });
    await expect(asked).rejects.toMatchObject({ code: 'request-invalid' });
    expect(calls).toEqual([]);
  });

  it.each([
    ['none', [], {}],
    ['ids and all', ['events:1'], { all: true }],
    ['all and a code', [], { all: true, code: 'storage-rejected' }],
    ['ids and a container', ['events:1'], { container: 'photos' }],
  ] as const)('takes one way to choose, and not %s', async (_, ids, choice) => {
    const asked = replayDeadLetters(ids, { ...JSON_OUTPUT, ...choice });
    await expect(asked).rejects.toMatchObject({ code: 'request-invalid' });
    expect(calls).toEqual([]);
  });

  it('lists no more than its limit, from as many pages as it takes', async () => {
    const pages: object[] = [];
    app.store = {
      summary: async () => await Promise.resolve({ count: 3, isComplete: true, acknowledged: 0, byCode: {} }),
      list: async (request: { limit: number; from?: string | null }) => {
        pages.push(request);
        const letters = Array.from({ length: Math.min(request.limit, 500) }, () => ({}));
        return await Promise.resolve({ letters, next: 'more' });
      },
    };
    expect(await listDeadLetters({ ...JSON_OUTPUT, limit: '700' })).toBe(0);
    expect((JSON.parse(printed.stdout) as { letters: object[] }).letters).toHaveLength(700);
    expect(pages).toMatchObject([{ limit: 500 }, { limit: 200, from: 'more' }]);
    for (const limit of ['-1', '1.5', 'x'])
      await expect(listDeadLetters({ ...JSON_OUTPUT, limit })).rejects.toThrow('--limit is');
  });
});

describe('blobmirror pause and resume', () => {
  const pausedWith = (reason: string | undefined): void => {
    const paused: Pause = {
      since: '2026-11-25T12:00:00Z',
      by: 'me',
      ...(reason !== undefined && { reason }),
    };
    app.pause = { pause: async () => await Promise.resolve(paused) };
  };

  it('say that the reason of an earlier pause was not changed, and only then', async () => {
    pausedWith('of before');
    expect(await runPause({ ...JSON_OUTPUT, reason: 'a move' })).toBe(0);
    expect(printed.stderr).toContain('the reason was not changed');
    pausedWith('a move');
    printed.stderr = '';
    await runPause({ ...JSON_OUTPUT, reason: 'a move' });
    await runPause(JSON_OUTPUT);
    expect(printed.stderr).not.toContain('the reason was not changed');
  });

  it.each([
    [undefined, 'mirroring was not paused'],
    [{ since: '2026-11-25T12:00:00Z' }, 'mirroring resumed; it was paused since 2026-11-25'],
  ])('say what a resume ended: %j', async (ended, message) => {
    app.pause = { resume: async () => await Promise.resolve(ended) };
    expect(await runResume(JSON_OUTPUT)).toBe(0);
    expect(printed.stderr).toContain(message);
    expect(JSON.parse(printed.stdout)).toEqual({ paused: null, ended: ended ?? null });
  });
});

describe('blobmirror verify', () => {
  const OPTIONS = { ...JSON_OUTPUT, prefix: '', content: 'md5', settle: 30 } as const;
  const find = (
    { found }: VerifyParts,
    counts: { differences: number; blobs: number },
    times: number,
  ): void => {
    for (let i = 0; i < times; i++) {
      counts.blobs++;
      counts.differences++;
      found(parseKey('photos', `${i}`), { difference: 'missing-on-backup' });
    }
  };

  it('lets changes settle for as many seconds, and ends by what it found', async () => {
    let settleMs = 0;
    app.verify = async (options, counts) => {
      ({ settleMs } = options);
      find(options, counts, 2);
      await Promise.resolve();
    };
    expect(await runVerify(OPTIONS)).toBe(3);
    expect(settleMs).toBe(30_000);
    expect(printed.stdout.trim().split('\n')).toHaveLength(2);
  });

  it('prints no more differences than its limit, and ends with the last of them', async () => {
    let isEnough = false;
    app.verify = async (options, counts, signal) => {
      find(options, counts, 5);
      isEnough = signal.aborted;
      await Promise.resolve();
    };
    expect(await runVerify({ ...OPTIONS, limit: 2 })).toBe(3);
    expect(printed.stdout.trim().split('\n')).toHaveLength(2);
    expect(isEnough).toBe(true);
  });

  it('is interrupted by a signal, whatever it has found', async () => {
    app.verify = async (options, counts) => {
      find(options, counts, 1);
      await new Promise(() => {});
    };
    const ended = runVerify(OPTIONS);
    await waitFor(() => expect(printed.stdout).not.toBe(''));
    process.emit('SIGINT');
    expect(await ended).toBe(130);
    expect(printed.stderr).toContain('before it was interrupted');
  });

  it('fails where an account is out of reach', async () => {
    app.verify = async () => await Promise.reject(new BlobmirrorError('storage-unavailable', 'no answer'));
    await expect(runVerify(OPTIONS)).rejects.toMatchObject({ code: 'storage-unavailable' });
  });
});
