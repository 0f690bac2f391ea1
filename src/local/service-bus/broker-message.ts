import { randomUUID } from 'node:crypto';
import rhea from 'rhea';
import { toNewMessage } from './amqp/incoming-message.ts';
import type { NewMessage, Properties } from './queue/queued-message.ts';

/** A message that is sent from within the process. */
export interface BrokerMessage {
  /** Bytes are sent as they are; any other value as JSON. */
  readonly body: unknown;
  readonly messageId?: string;
  readonly contentType?: string;
  readonly applicationProperties?: Properties;
  /** In milliseconds; the queue's own when left out. */
  readonly timeToLiveMs?: number;
  readonly scheduledEnqueueTime?: Date;
}

/** The message as a client would have sent it: its body in one data section. */
export function fromBrokerMessage(message: BrokerMessage): NewMessage {
  const { body, messageId, contentType, applicationProperties, timeToLiveMs, scheduledEnqueueTime } = message;
  const bytes = body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  const newMessage = toNewMessage(
    rhea.message.encode({
      message_id: messageId ?? randomUUID(),
      content_type: contentType,
      application_properties: applicationProperties,
      body: rhea.message.data_section(bytes) as unknown,
    }),
  );
  return { ...newMessage, timeToLiveMs, scheduledFor: scheduledEnqueueTime?.getTime() };
}
