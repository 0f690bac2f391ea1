import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createInvoke, type InvokeOptions } from '../../src/host/create-invoke.ts';
import type { RegisteredFunction } from '../../src/host/functions-core.ts';
import type { TimerTrigger } from '../../src/host/parse-trigger.ts';
import { ParkedMessageReceived } from '../../src/model/hint-message.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const NO_HOOKS = { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [] };

/** The invocation of a function, with the model of a library that only calls it. */
function bench(callback: () => unknown, options: Partial<InvokeOptions> = {}) {
  const log = createSilentLogger();
  const invoke = createInvoke({ hooks: NO_HOOKS, appHookData: {}, functionTimeoutMs: 1000, log, ...options });
  const model = {
    getInvocationModel: () => ({
      getArguments: async () =>
        await Promise.resolve({ context: { options: { trigger: { type: '' } } }, inputs: [] }),
      invokeFunction: async (_context: unknown, _inputs: unknown, call: () => unknown) =>
        await Promise.resolve(call()),
    }),
  };
  const registered = {
    metadata: { name: 'f', bindings: {} },
    callback,
    model,
  } as unknown as RegisteredFunction;
  const trigger = { type: 'timerTrigger', name: 'f', binding: 't', registered } as TimerTrigger;
  return { log, run: async () => await invoke(trigger, { json: '{}' }) };
}

const failWith = (thrown: unknown) => (): never => {
  throw thrown;
};

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('a function that throws', () => {
  it.each([[undefined], [null], ['text'], [new Error('it failed')]])(
    'has failed, whatever it throws, so that its message comes again: %s',
    async (thrown) => {
      const { run, log } = bench(failWith(thrown));
      await expect(run()).rejects.toThrow(Error);
      expect(log.lines).toMatchObject([
        { level: 'error', message: 'Function failed', fields: { function: 'f' } },
      ]);
    },
  );

  it('to give back a parked message is no error of the log', async () => {
    const { run, log } = bench(failWith(new ParkedMessageReceived()));
    await expect(run()).rejects.toThrow(ParkedMessageReceived);
    expect(log.lines.map(({ level }) => level)).toEqual(['debug']);
  });

  it('has its hooks all the same, which see the error', async () => {
    const seen: object[] = [];
    const hooks = { ...NO_HOOKS, postInvocation: [(context: object) => seen.push(context)] };
    const error = new Error('it failed');
    await expect(bench(failWith(error), { hooks }).run()).rejects.toBe(error);
    expect(seen).toMatchObject([{ error, result: undefined }]);
  });
});

describe('functionTimeout', () => {
  it('ends an invocation, and no sooner', async () => {
    const { run, log } = bench(async () => await new Promise(() => {}));
    let failure: unknown;
    run().catch((error: unknown) => (failure = error));
    await vi.advanceTimersByTimeAsync(999);
    expect(failure).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(String(failure)).toContain('functionTimeout of host.json');
    expect(log.lines).toMatchObject([{ level: 'error' }]);
  });

  it('may be without limit', async () => {
    const done = Promise.withResolvers<string>();
    const { run } = bench(async () => await done.promise, { functionTimeoutMs: Infinity });
    const running = run();
    await vi.advanceTimersByTimeAsync(86_400_000);
    done.resolve('done');
    expect(await running).toBe('done');
  });
});
