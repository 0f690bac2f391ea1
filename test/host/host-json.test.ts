import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseHostJson, readHostJson } from '../../src/host/host-json.ts';

describe('host.json', () => {
  it('of this repository is read', async () => {
    const hostJson = await readHostJson(new URL('../../host.json', import.meta.url));
    expect(hostJson.functionTimeoutMs).toBe(10 * 60_000);
    expect(hostJson.serviceBus).toMatchObject({
      autoCompleteMessages: true,
      retry: { mode: 'exponential', delayMs: 800 },
    });
    // Renewal must last for as long as a handler may.
    expect(hostJson.serviceBus.maxAutoLockRenewalMs).toBeGreaterThanOrEqual(hostJson.functionTimeoutMs);
  });

  it('may leave out everything, and then means what Azure Functions means', () => {
    expect(parseHostJson({ version: '2.0' })).toEqual({
      functionTimeoutMs: 1_800_000,
      routePrefix: 'api',
      serviceBus: {
        maxConcurrentCalls: 16 * availableParallelism(),
        maxAutoLockRenewalMs: 300_000,
        autoCompleteMessages: true,
        retry: {
          mode: 'exponential',
          tryTimeoutMs: 60_000,
          delayMs: 800,
          maxDelayMs: 60_000,
          maxRetries: 3,
        },
      },
    });
  });

  it('may set no limit to the time of a function', () => {
    expect(parseHostJson({ functionTimeout: '-1' }).functionTimeoutMs).toBe(Infinity);
    expect(parseHostJson({ functionTimeout: '1.02:03:04.5' }).functionTimeoutMs).toBe(93_784_500);
  });

  it.each([
    [{ functionTimeout: 300 }, 'functionTimeout must be a time such as "00:05:00"'],
    [{ functionTimeout: '25:00:00' }, 'functionTimeout must be a time'],
    [
      { extensions: { serviceBus: { maxConcurrentCalls: 0 } } },
      'extensions.serviceBus.maxConcurrentCalls must be a whole number of at least 1',
    ],
    [{ extensions: { serviceBus: [] } }, 'extensions.serviceBus must be an object'],
    [{ extensions: { http: { routePrefix: 3 } } }, 'extensions.http.routePrefix must be a string'],
  ])('with a wrong field is refused, with its name: %j', (value, message) => {
    expect(() => parseHostJson(value)).toThrow(`host.json: ${message}`);
  });
});
