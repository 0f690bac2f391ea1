import { ServiceBusAdministrationClient } from '@azure/service-bus';
import type { ReadyFile } from '../../../src/cli/ready-file.ts';
import { waitUntil } from './wait-until.ts';

export interface QueueCounts {
  readonly active: number;
  readonly scheduled: number;
  readonly deadLetter: number;
}

type Queue = Pick<ReadyFile['serviceBus'], 'connectionString' | 'eventsQueue'>;

/** The counts of the events queue, by the administration client. */
export async function queueCounts({ connectionString, eventsQueue }: Queue): Promise<QueueCounts> {
  const client = new ServiceBusAdministrationClient(connectionString);
  // The client always uses https, also for an emulator; its own pipeline allows a change of that.
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
 * Waits until no message waits or is worked on. Scheduled ones may stay: the recheck of a key whose write was
 * cut off comes ten minutes later.
 */
export async function untilQueueDrained(queue: Queue): Promise<QueueCounts> {
  let counts: QueueCounts | undefined;
  return await waitUntil(
    'the events queue is empty',
    async () => {
      counts = await queueCounts(queue);
      return counts.active === 0 && counts;
    },
    { every: 50, saw: () => JSON.stringify(counts) },
  );
}
