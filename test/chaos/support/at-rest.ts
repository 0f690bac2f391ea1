import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { EVENTS_QUEUE } from '../../../src/local/queues.js';
import { waitUntil } from '../../e2e/support/wait-until.js';
import type { World } from './start-world.js';

/** What is left in the queue when all is done. */
export interface Rest {
  /** Looks after writes that might still have been under way: they are for ten minutes later. */
  readonly lateLooks: number;
  readonly deadLetters: readonly string[];
}

const PAGE = 250;

/** Waits until every event has arrived and no message waits, is worked on or is planned, but for late looks. */
export async function untilAtRest({ events, broker }: World, { within }: { within: number }): Promise<Rest> {
  const client = new ServiceBusClient(broker.connectionString);
  let unfinished: ServiceBusReceivedMessage[] = [];
  try {
    return await waitUntil(
      'nothing is left to do',
      async () => {
        if (events.pending > 0 || broker.counts().active > 0) return false;
        const waiting = await peekAll(client, {});
        unfinished = waiting.filter((message) => !isLateLook(message));
        if (unfinished.length > 0) return false;
        const dead = await peekAll(client, { subQueueType: 'deadLetter' });
        return { lateLooks: waiting.length, deadLetters: dead.map(describe) };
      },
      {
        within,
        every: 200,
        saw: () =>
          `${events.pending} events on their way, ${JSON.stringify(broker.counts())}, ${unfinished.slice(0, 5).map(describe).join('; ')}`,
      },
    );
  } finally {
    await client.close();
  }
}

async function peekAll(
  client: ServiceBusClient,
  of: { subQueueType?: 'deadLetter' },
): Promise<ServiceBusReceivedMessage[]> {
  const receiver = client.createReceiver(EVENTS_QUEUE, of);
  const all: ServiceBusReceivedMessage[] = [];
  try {
    for (
      let page = await receiver.peekMessages(PAGE);
      page.length > 0;
      page = await receiver.peekMessages(PAGE)
    )
      all.push(...page);
  } finally {
    await receiver.close();
  }
  return all;
}

function isLateLook({ state, messageId }: ServiceBusReceivedMessage): boolean {
  return state === 'scheduled' && typeof messageId === 'string' && messageId.includes('.look.');
}

function describe({
  state,
  messageId,
  applicationProperties,
  deadLetterReason,
}: ServiceBusReceivedMessage): string {
  return JSON.stringify({ state, messageId, deadLetterReason, ...applicationProperties });
}
