import { afterEach, describe, expect, it } from 'vitest';
import type { Host } from '../../../src/host/start-host.ts';
import { handlers } from '../support/handlers.ts';
import { recordingLog } from '../support/recording-log.ts';
import { startQueue, startQueueHost, type Queue } from '../support/start-queue.ts';
import { waitFor } from '../../../packages/local/test/support/wait-for.ts';

const LOCK_MS = 2000;

describe('the lock of a message', () => {
  let queue: Queue;
  let host: Host;
  afterEach(async () => {
    await host.stop({ graceMs: 0 });
    await queue.stop();
  });

  /** Deliveries of one message whose first handler takes two lock durations. */
  async function deliveries(maxAutoLockRenewalDuration: string): Promise<unknown[]> {
    const counts: unknown[] = [];
    let ended = false;
    handlers.message = async (_input, { triggerMetadata }) => {
      const began = Date.now();
      counts.push(triggerMetadata?.['deliveryCount']);
      if (counts.length > 1) return;
      await waitFor(() => expect(Date.now() - began).toBeGreaterThan(2 * LOCK_MS));
      ended = true;
    };
    queue = await startQueue({ lockDurationMs: LOCK_MS });
    await queue.send({ body: 'x' });
    host = await startQueueHost(queue, recordingLog(), { serviceBus: { maxAutoLockRenewalDuration } });
    await waitFor(() => expect([ended, queue.counts().active]).toEqual([true, 0]));
    return counts;
  }

  it('is renewed for as long as the handler runs', async () => {
    expect(await deliveries('00:05:00')).toEqual([1]);
  });

  it('is not renewed beyond maxAutoLockRenewalDuration', async () => {
    expect(await deliveries('00:00:00')).toEqual([1, 2]);
  });
});
