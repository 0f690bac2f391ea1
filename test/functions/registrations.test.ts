import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadRegistrations, type Registrations } from '../../src/host/load-registrations.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { registrationOf, SETTINGS } from './support/start-app.ts';

/** What the functions have the app do, in order. */
const acts: string[] = [];
const act = (what: string) => async () => await Promise.resolve(void acts.push(what));

vi.mock('../../src/wiring/the-app.ts', async (original) => ({
  ...(await original<object>()),
  inInvocation: async (log: { readonly invocationId: string }, run: () => unknown) => {
    acts.push(`in ${log.invocationId}`);
    return await run();
  },
  theApp: async () =>
    await Promise.resolve({
      mirror: async () => await Promise.resolve({ handleTrigger: act('mirrored') }),
      reconciliation: async () =>
        await Promise.resolve({ handleTrigger: act('compared'), reconciler: { start: act('began a run') } }),
      unprotected: async () => await Promise.resolve({ retry: act('retried keys') }),
      deadLetters: async () =>
        await Promise.resolve({ watch: act('watched dead letters'), redeliver: act('redelivered') }),
      statusService: async () =>
        await Promise.resolve({ recordStatus: act('recorded'), followCanary: act('followed the canary') }),
      observation: { stop: act('sent what was left') },
    }),
}));

let registrations: Registrations;

beforeAll(async () => {
  for (const [name, value] of Object.entries(SETTINGS)) vi.stubEnv(name, value);
  vi.stubEnv('BLOBMIRROR_CANARY', 'on');
  vi.stubEnv('BLOBMIRROR_EVENT_GRID_DEAD_LETTERS', 'undelivered');
  const resources = readdirSync(new URL('../../src/functions/', import.meta.url))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replace(/\.ts$/, ''));
  registrations = await loadRegistrations(resources.map(registrationOf), createSilentLogger());
});
afterAll(() => void vi.unstubAllEnvs());

function triggers(type: string): readonly Readonly<Record<string, unknown>>[] {
  return registrations.functions.flatMap(({ metadata: { name, bindings } }) =>
    Object.values(bindings)
      .filter((binding) => binding['type'] === type)
      .map((binding) => ({ ...binding, name })),
  );
}

describe('the functions of the app', () => {
  it('take the messages of one queue each', () => {
    expect(triggers('serviceBusTrigger').map(({ name, queueName }) => [name, queueName])).toEqual([
      ['mirror', '%BLOBMIRROR_EVENTS_QUEUE%'],
      ['reconcile-shard', '%BLOBMIRROR_RECONCILE_QUEUE%'],
    ]);
  });

  it('are called by timers once a minute, each at a second of its own, and full syncs once an hour', () => {
    const schedules = triggers('timerTrigger').map(({ name, schedule }) => [name, schedule]);
    expect(Object.fromEntries(schedules) as unknown).toEqual({
      watch: '0 * * * * *',
      'unprotected-retry': '10 * * * * *',
      'deadletter-watch': '20 * * * * *',
      canary: '30 * * * * *',
      'deadletter-take-back': '40 * * * * *',
      'reconcile-timer': '0 0 * * * *',
    });
  });

  it('need the function key, except for the document of the page, its assets, and health', () => {
    const open = triggers('httpTrigger').filter(({ authLevel }) => authLevel !== 'function');
    expect(open.map(({ name, authLevel, methods }) => [name, authLevel, methods])).toEqual([
      ['health', 'anonymous', ['GET']],
      ['health-live', 'anonymous', ['GET']],
      ['page', 'anonymous', ['GET']],
      ['page-asset', 'anonymous', ['GET']],
    ]);
  });

  it.each([
    ['mirror', 'mirrored'],
    ['reconcile-shard', 'compared'],
    ['reconcile-timer', 'began a run'],
    ['watch', 'recorded'],
    ['canary', 'followed the canary'],
    ['deadletter-watch', 'watched dead letters'],
    ['deadletter-take-back', 'redelivered'],
    ['unprotected-retry', 'retried keys'],
  ])('do their own work: %s', async (name, expected) => {
    acts.length = 0;
    await registrations.functions.find(({ metadata }) => metadata.name === name)?.callback({}, {});
    expect(acts).toEqual([expected]);
  });
});

describe('around the functions', () => {
  it('lines of the log are those of the invocation in which they are written', async () => {
    acts.length = 0;
    // As our host and the worker of Azure call it.
    const hooked = {
      hookData: {},
      appHookData: {},
      inputs: [],
      invocationContext: { invocationId: 'i' },
      functionCallback: async (input: unknown) => await Promise.resolve(void acts.push(String(input))),
    };
    for (const hook of registrations.hooks.preInvocation) await hook(hooked);
    await hooked.functionCallback('called');
    expect(new Set(acts)).toEqual(new Set(['in i', 'called']));
    expect(acts.at(-1)).toBe('called');
  });

  it('the end of the app sends the metrics that are left', async () => {
    acts.length = 0;
    for (const hook of registrations.hooks.appTerminate) await hook({});
    expect(acts).toEqual(['sent what was left']);
  });
});
