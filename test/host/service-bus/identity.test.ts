import type { TokenCredential } from '@azure/core-auth';
import { describe, expect, it } from 'vitest';
import { parseHostJson } from '../../../src/host/host-json.ts';
import { startHost, type Host, type HostOptions } from '../../../src/host/start-host.ts';
import { failureOf } from '../support/failure-of.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';

const credential: TokenCredential = {
  getToken: () => Promise.resolve({ token: 'token', expiresOnTimestamp: Date.now() + 3_600_000 }),
};

function start(options: Partial<HostOptions>): Promise<Host> {
  return startHost({
    registrations: [new URL('../fixtures/queue.mjs', import.meta.url)],
    settings: { QUEUE: 'events', BUS__fullyQualifiedNamespace: '127.0.0.1', BUS__clientId: 'client-1' },
    hostJson: parseHostJson({}),
    log: createSilentLogger(),
    ...options,
  });
}

describe('a connection with an identity', () => {
  it('gets its credential for the client id that is set beside it', async () => {
    const clientIds: (string | undefined)[] = [];
    const host = await start({
      createCredential(clientId) {
        clientIds.push(clientId);
        return credential;
      },
    });
    await host.stop();
    expect(clientIds).toEqual(['client-1']);
  });

  it('stops the start of a host that was given no credential', async () => {
    const { code, message } = await failureOf(start({}));
    expect(code).toBe('setting-invalid');
    expect(message).toContain('Service Bus 127.0.0.1 needs an identity, but the host has no credential');
  });
});
