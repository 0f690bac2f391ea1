import { ServiceBusAdministrationClient } from '@azure/service-bus';
import type { ReadyFile } from '../../../src/cli/ready-file.ts';
import { waitUntil } from './wait-until.ts';

export interface QueueCounts {
  readonly active: number;
  readonly scheduled: number;
  readonly deadLetter: number;
}

type Queue = Pick<ReadyFile['serviceBus'], 'connectionString' | 'eventsQueue'>;

/** The events queue, as anybody with the administration client sees it. */
export async function queueCounts({ connectionString, eventsQueue }: Queue): Promise<QueueCounts> {
  const client = new ServiceBusAdministrationClient(connectionString);
  // The client takes https for granted, also for an emulator; its own pipeline lets that be changed.
  client.pipeline.addPolicy({
    name: 'plainHttp',
    sendRequest: async (request, next) => {
      request.url = request.url.replace('https:', 'http:');
      request.allowInsecureConnection = true;
      return await next(request);
    },
  });
  const counts = await client.getQueueRuntimeProperties(eventsQueue);
  return {
    active: counts.activeMessageCount,
    scheduled: counts.scheduledMessageCount,
    deadLetter: counts.deadLetterMessageCount,
  };
}

/**
 * Waits until no message waits or is worked on. One that is planned for later may stay: a second look at a key whose
 * write was cut off is ten minutes away.
 */
export async function untilQueueDrained(queue: Queue, { within }: { within: number }): Promise<QueueCounts> {
  let counts: QueueCounts | undefined;
  return await waitUntil(
    'the events queue is empty',
    async () => {
      counts = await queueCounts(queue);
      return counts.active === 0 && counts;
    },
    { within, every: 50, saw: () => JSON.stringify(counts) },
  );
}
