import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runWorker } from '../../src/cli/run-worker.ts';
import { BlobmirrorError, type ErrorCode } from '../../src/model/errors.ts';
import { SETTINGS_OUT_OF_REACH } from '../support/settings-out-of-reach.ts';
import { waitFor } from '../../packages/local/test/support/wait-for.ts';

/** What happens, in order. */
const acts: string[] = [];
const failures: { accounts?: ErrorCode; identity?: ErrorCode; host?: ErrorCode } = {};
let hosted: object | undefined;
let endHost: (() => void) | undefined;

const failWith = async (code: ErrorCode | undefined): Promise<void> => {
  await Promise.resolve();
  if (code !== undefined) throw new BlobmirrorError(code, 'it failed');
};

let askToStop: () => void = () => {};

vi.mock('../../src/cli/until-stopped.ts', () => ({
  untilStopped: async () => await new Promise<void>((resolve) => (askToStop = resolve)),
}));
vi.mock('../../src/wiring/the-app.ts', () => ({
  theApp: async () =>
    await Promise.resolve({
      mirror: async () =>
        await Promise.resolve({ checkAccounts: async () => await failWith(failures.accounts) }),
      identity: { admit: async () => await failWith(failures.identity) },
      pause: { close: () => acts.push('pause closed') },
      stop: async () => await Promise.resolve(acts.push('app stopped')),
    }),
}));
vi.mock('../../src/host/start-host.ts', () => ({
  startHost: async (options: object) => {
    await failWith(failures.host);
    hosted = options;
    acts.push('host started');
    return {
      stop: async () => {
        acts.push('host stops');
        await new Promise<void>((resolve) => (endHost = resolve));
        acts.push('host stopped');
      },
    };
  },
}));
vi.mock('../../src/host/load-registrations.ts', () => ({
  resolveRegistrations: async () => await Promise.resolve([]),
}));
vi.mock('../../src/telemetry/logger.ts', async (original) => ({
  ...(await original<object>()),
  createLogger: () => ({ debug: () => {}, info: () => {}, warn: () => acts.push('warned'), error: () => {} }),
}));

const OPTIONS = { sweep: false, alone: false };

beforeEach(() => {
  acts.length = 0;
  hosted = undefined;
  for (const name of Object.keys(failures)) Reflect.deleteProperty(failures, name);
  for (const [name, value] of Object.entries(SETTINGS_OUT_OF_REACH)) vi.stubEnv(name, value);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    if (String(text).includes('worker is ready')) acts.push('ready');
    return true;
  });
  if (process.send) vi.spyOn(process, 'send').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function startAndStop(): Promise<void> {
  const ended = runWorker(OPTIONS);
  await waitFor(() => expect(acts).toContain('ready'));
  askToStop();
  await waitFor(() => expect(acts).toContain('host stops'));
  await nextTurn();
  endHost?.();
  await ended;
}

describe('a worker that stops', () => {
  it('takes no more messages, releases those that a pause holds, and ends the app last', async () => {
    await startAndStop();
    expect(acts).toEqual([
      'host started',
      'ready',
      'host stops',
      'pause closed',
      'host stopped',
      'app stopped',
    ]);
  });

  it('before it is ready starts nothing', async () => {
    failures.accounts = 'storage-unavailable';
    const ended = runWorker(OPTIONS);
    askToStop();
    await ended;
    expect(acts).not.toContain('host started');
  });
});

describe('a worker that starts', () => {
  it('serves HTTP with the address and the key of its settings', async () => {
    vi.stubEnv('BLOBMIRROR_HTTP_HOST', '0.0.0.0');
    vi.stubEnv('BLOBMIRROR_HTTP_KEY', 'k'.repeat(32));
    await startAndStop();
    expect(hosted).toMatchObject({ httpHost: '0.0.0.0', httpKey: 'k'.repeat(32), httpPort: 7071 });
  });

  it.each(['storage-unavailable', 'storage-throttled', 'storage-forbidden', 'queue-unavailable'] as const)(
    'starts while an account is out of reach, which may be back later: %s',
    async (code) => {
      failures.accounts = code;
      failures.identity = code;
      await startAndStop();
      expect(acts.filter((act) => act === 'warned')).toHaveLength(2);
      expect(acts).toContain('ready');
    },
  );

  it.each([
    ['accounts', 'account-kinds-differ'],
    ['identity', 'accounts-swapped'],
    ['identity', 'mirror-name-taken'],
    ['identity', 'queue-taken'],
  ] as const)('does not start with what only another setting mends: %s, %s', async (what, code) => {
    failures[what] = code;
    await expect(runWorker(OPTIONS)).rejects.toMatchObject({ code });
    expect(acts).not.toContain('host started');
  });

  it('says how to pick a free port where its own is taken', async () => {
    failures.host = 'port-taken';
    await expect(runWorker(OPTIONS)).rejects.toMatchObject({
      code: 'port-taken',
      hint: expect.stringContaining('--http-port 0') as string,
    });
  });
});
