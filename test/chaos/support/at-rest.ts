import {
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from '@azure/service-bus';
import { EVENTS_QUEUE } from '@blobmirror/local/connections';
import { waitUntil } from '../../e2e/support/wait-until.ts';
import type { World } from './start-world.ts';

/** What is left in the queue at the end. */
export interface Rest {
  /** Rechecks after writes of unknown outcome: they are due ten minutes later. */
  readonly lateChecks: number;
  readonly deadLetters: readonly string[];
}

const PAGE = 250;

/**
 * Waits until every event has arrived and no message waits, is worked on or is scheduled, except late
 * rechecks.
 */
export async function untilAtRest({ events, broker }: World, within: number): Promise<Rest> {
  let unfinished: ServiceBusReceivedMessage[] = [];
  return await waitUntil(
    'nothing is left to do',
    async () => {
      if (events.pending > 0 || broker.counts().active > 0) return false;
      const { waiting, dead } = await look(broker.connectionString);
      unfinished = waiting.filter((message) => !isLateLook(message));
      return unfinished.length === 0 && { lateChecks: waiting.length, deadLetters: dead.map(describe) };
    },
    {
      within,
      every: 300,
      saw: () =>
        `${events.pending} events on their way, ${JSON.stringify(broker.counts())}, ${unfinished.slice(0, 5).map(describe).join('; ')}`,
    },
  );
}

/** With a new client for each time: a client continues where it was, also with another receiver. */
async function look(
  connectionString: string,
): Promise<Record<'waiting' | 'dead', readonly ServiceBusReceivedMessage[]>> {
  const client = new ServiceBusClient(connectionString);
  try {
    return {
      waiting: await peekAll(client.createReceiver(EVENTS_QUEUE)),
      dead: await peekAll(client.createReceiver(EVENTS_QUEUE, { subQueueType: 'deadLetter' })),
    };
  } finally {
    await client.close();
  }
}

async function peekAll(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage[]> {
  const all: ServiceBusReceivedMessage[] = [];
  for (;;) {
    const page = await receiver.peekMessages(PAGE);
    if (page.length === 0) return all;
    all.push(...page);
  }
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
