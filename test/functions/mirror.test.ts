import { afterEach, expect, it, vi } from 'vitest';
import { loadRegistrations } from '../../src/host/load-registrations.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const MIRROR = new URL('../../src/functions/mirror.ts', import.meta.url);

afterEach(() => {
  vi.unstubAllEnvs();
});

it('an app with a wrong setting does not start, so no message is received and dead-lettered', async () => {
  vi.stubEnv('BLOBMIRROR_SOURCE', '');
  await expect(loadRegistrations([MIRROR], createSilentLogger())).rejects.toThrow(
    'BLOBMIRROR_SOURCE is not set',
  );
});
