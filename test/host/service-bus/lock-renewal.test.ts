import { afterEach, describe, expect, it } from 'vitest';
import type { Host } from '../../../src/host/start-host.ts';
import { handlers } from '../support/handlers.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { startQueue, startQueueHost, type Queue } from '../support/start-queue.ts';
import { waitFor } from '../../../packages/local/test/support/wait-for.ts';

/** Enough for a renewal in time on a busy machine. */
const LOCK_MS = 6000;

describe('the lock of a message', () => {
  let queue: Queue;
  let host: Host;
  afterEach(async () => {
    await host.stop({ graceMs: 0 });
    await queue.stop();
  });

  /** Deliveries of one message whose first handler runs until `until` returns true, given the number of deliveries. */
  async function deliveries(
    maxAutoLockRenewalDuration: string,
    lockDurationMs: number,
    until: (count: number) => boolean,
  ): Promise<unknown[]> {
    const counts: unknown[] = [];
    let ended = false;
    handlers.message = async (_input, { triggerMetadata }) => {
      counts.push(triggerMetadata?.['deliveryCount']);
      if (counts.length > 1) return;
      await waitFor(() => expect(until(counts.length)).toBe(true));
      ended = true;
    };
    queue = await startQueue({ lockDurationMs });
    await queue.send({ body: 'x' });
    host = await startQueueHost(queue, createSilentLogger(), { serviceBus: { maxAutoLockRenewalDuration } });
    await waitFor(() => expect([ended, queue.counts().active]).toEqual([true, 0]));
    return counts;
  }

  it('is renewed for as long as the handler runs', async () => {
    const end = performance.now() + 1.5 * LOCK_MS;
    expect(await deliveries('00:05:00', LOCK_MS, () => performance.now() > end)).toEqual([1]);
  });

  it('is not renewed beyond maxAutoLockRenewalDuration', async () => {
    expect(await deliveries('00:00:00', 2000, (count) => count === 2)).toEqual([1, 2]);
  });
});
