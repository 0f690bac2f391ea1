import { ServiceBusClient } from '@azure/service-bus';
import { type Delivery, keepLock, openLink } from '../../src/host/service-bus/open-link.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

const CONCURRENCY = 16;
const LOCK_KEPT_MS = 15 * 60_000;

/** Takes messages off a queue as the worker's host does, until it is closed. */
export function takeShards(
  connectionString: string,
  queue: string,
  handle: (body: unknown) => Promise<void>,
  failed: (error: Error) => void,
): { close(): Promise<void> } {
  const client = new ServiceBusClient(connectionString);
  const stopping = new AbortController();
  const link = openLink(client, {
    queue,
    calls: CONCURRENCY,
    stopping: stopping.signal,
    onMessage: take,
    onUp: () => undefined,
    onDown: failed,
  });
  return {
    close: async () => {
      stopping.abort();
      await link.close();
      await client.close();
    },
  };

  async function take(delivery: Delivery): Promise<void> {
    const endLock = keepLock(delivery, LOCK_KEPT_MS, createLogger('silent'));
    try {
      await handle(JSON.parse(String(delivery.message.body)));
      // One whose lock was lost comes again, and finds its slice recorded.
      await delivery.settle('complete').catch(() => undefined);
    } catch (error) {
      failed(error as Error);
    } finally {
      endLock();
    }
  }
}
