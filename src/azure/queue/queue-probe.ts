import type {
  QueueProperties as Declared,
  ServiceBusAdministrationClient,
  ServiceBusClient,
} from '@azure/service-bus';
import type { QueueProbe, QueueProperties } from '../../ports/probes.ts';
import { clockAheadMs } from '../../clock/service-clock.ts';
import { toQueueError } from './queue-error.ts';

const SECOND_MS = 1000;

/** @param administration reads the queue's settings, which requires more rights than sending and receiving */
export function createAzureQueueProbe(
  client: ServiceBusClient,
  administration: ServiceBusAdministrationClient,
  queue: string,
): QueueProbe {
  let aheadMs: number | undefined;
  administration.pipeline.addPolicy({
    name: 'noteDate',
    sendRequest: async (request, next) => {
      const sentAt = Date.now();
      const response = await next(request);
      aheadMs = clockAheadMs(response.headers.get('date'), sentAt, Date.now()) ?? aheadMs;
      return response;
    },
  });
  let asked: Promise<QueueProperties | undefined> | undefined;

  async function ask(): Promise<QueueProperties | undefined> {
    try {
      return toProperties(await administration.getQueue(queue));
    } catch {
      // Not permitted, or no answer: an emulator serves its administration at another endpoint.
      return undefined;
    }
  }

  return {
    queue,
    receive: async () => {
      const receiver = client.createReceiver(queue);
      try {
        await receiver.peekMessages(1);
      } catch (error) {
        throw toQueueError(error, queue, 'let no message be received');
      } finally {
        await receiver.close();
      }
    },
    send: async () => {
      const sender = client.createSender(queue);
      try {
        await sender.createMessageBatch();
      } catch (error) {
        throw toQueueError(error, queue, 'let no message be sent');
      } finally {
        await sender.close();
      }
    },
    properties: async () => await (asked ??= ask()),
    clockAheadMs: async () => {
      await (asked ??= ask());
      return aheadMs;
    },
  };
}

function toProperties(declared: Declared): QueueProperties {
  return {
    deadLettersOnExpiration: declared.deadLetteringOnMessageExpiration,
    detectsDuplicates: declared.requiresDuplicateDetection,
    duplicateWindowMs: toMs(declared.duplicateDetectionHistoryTimeWindow),
    timeToLiveMs: toMs(declared.defaultMessageTimeToLive),
    lockMs: toMs(declared.lockDuration),
    mostDeliveries: declared.maxDeliveryCount,
    hasSessions: declared.requiresSession,
    isActive: declared.status === 'Active',
  };
}

/** A time span of ISO 8601 in days, hours, minutes and seconds: `P14D`, `PT1M30S`. */
function toMs(span: string): number {
  const [, days, hours, minutes, seconds] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(span) ?? [];
  const inHours = Number(days ?? 0) * 24 + Number(hours ?? 0);
  return ((inHours * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0)) * SECOND_MS;
}
