import { ServiceBusClient } from '@azure/service-bus';
import { parked } from '../../deadletter/support/dead-letter-bench.ts';
import { queueCounts } from './queue-counts.ts';
import type { RunningEnvironment } from './start-environment.ts';
import { waitUntil } from './wait-until.ts';

/** Puts events into the dead-letter queue, as a mirror that gives them up does. */
export async function buryEvents(
  { info }: Pick<RunningEnvironment, 'info'>,
  events: readonly unknown[],
  code: string,
): Promise<void> {
  const client = new ServiceBusClient(info.serviceBus.connectionString);
  const sender = client.createSender(info.serviceBus.eventsQueue);
  const { deadLetter } = await queueCounts(info.serviceBus);
  for (let from = 0; from < events.length; from += 100) {
    const group = events.slice(from, from + 100);
    await sender.sendMessages(group.map((event) => ({ ...parked(event, code), timeToLive: 1 })));
  }
  await client.close();
  await waitUntil(
    'all are dead letters',
    async () => (await queueCounts(info.serviceBus)).deadLetter === deadLetter + events.length,
    { every: 50 },
  );
}
