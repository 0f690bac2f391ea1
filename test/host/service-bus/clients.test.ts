import type { TokenCredential } from '@azure/core-auth';
import { RetryMode } from '@azure/service-bus';
import { beforeEach, expect, it, vi } from 'vitest';
import { parseHostJson } from '../../../src/host/host-json.ts';
import { ServiceBusClients } from '../../../src/host/service-bus/clients.ts';

const made: unknown[][] = [];

vi.mock('@azure/service-bus', async (original) => ({
  ...(await original<object>()),
  ServiceBusClient: function (...given: unknown[]) {
    made.push(given);
  },
}));

beforeEach(() => void (made.length = 0));

const CREDENTIAL = {} as TokenCredential;
const KEYED = { kind: 'connection-string', connectionString: 'Endpoint=sb://x/' } as const;
const KEYLESS = { kind: 'identity', namespace: 'x.servicebus.windows.net', clientId: 'c' } as const;

function clients(clientRetryOptions: object) {
  const { serviceBus } = parseHostJson({ extensions: { serviceBus: { clientRetryOptions } } });
  return new ServiceBusClients(serviceBus, () => CREDENTIAL);
}

it('a client tries again as host.json says', () => {
  const options = { tryTimeout: '00:00:01', delay: '00:00:02', maxDelay: '00:00:03', maxRetries: 4 };
  const retry = { timeoutInMs: 1000, retryDelayInMs: 2000, maxRetryDelayInMs: 3000, maxRetries: 4 };
  clients(options).get(KEYED);
  clients({ ...options, mode: 'fixed' }).get(KEYED);
  expect(made).toEqual([
    [KEYED.connectionString, { retryOptions: { ...retry, mode: RetryMode.Exponential } }],
    [KEYED.connectionString, { retryOptions: { ...retry, mode: RetryMode.Fixed } }],
  ]);
});

it('a namespace has one client, whatever its credentials', () => {
  const all = clients({});
  expect(all.get(KEYLESS)).toBe(all.get({ ...KEYLESS }));
  expect(all.get(KEYED)).not.toBe(all.get(KEYLESS));
  expect(made).toHaveLength(2);
  expect(made[0]?.slice(0, 2)).toEqual([KEYLESS.namespace, CREDENTIAL]);
});
