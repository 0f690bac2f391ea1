import { randomUUID } from 'node:crypto';
import rhea from 'rhea';
import type { NewMessage } from '../queue/queued-message.js';
import { splitSections } from './message-sections.js';
import { decodeMessage, mapIn } from './rhea-codec.js';

/**
 * Reads from an encoded message what the queue needs to know. A message without a MessageId gets one, because
 * the clients cannot settle a message that has none. Throws a RangeError when the bytes are no AMQP message.
 */
export function toNewMessage(content: Buffer): NewMessage {
  const { header, messageAnnotations, properties } = splitSections(content);
  const messageId = properties && textOf(decodeMessage(properties)['message_id']);
  if (messageId === undefined) {
    return toNewMessage(rhea.message.encode({ ...decodeMessage(content), message_id: randomUUID() }));
  }
  const ttl = header && decodeMessage(header)['ttl'];
  const annotations = messageAnnotations
    ? mapIn(decodeMessage(messageAnnotations), 'message_annotations')
    : {};
  return {
    messageId,
    content,
    timeToLiveMs: typeof ttl === 'number' ? ttl : undefined,
    scheduledFor: timeOf(annotations['x-opt-scheduled-enqueue-time']),
  };
}

/**
 * The messages in one transfer of that format: a single one as rhea decoded it (format 0), or a Service Bus batch
 * (0x80013700), which is a message whose data sections are encoded messages.
 */
export function messagesInTransfer(received: unknown, format: number): Buffer[] {
  if (format === 0 || !Buffer.isBuffer(received)) return [rhea.message.encode(received)];
  const { content } = mapIn(decodeMessage(received), 'body');
  // Copies: a message that stays must not keep the whole batch in memory.
  return (Array.isArray(content) ? content : [content])
    .filter((part) => Buffer.isBuffer(part))
    .map((part) => Buffer.from(part));
}

/** A message id may be a string, a number or bytes; the queue compares text. */
function textOf(messageId: unknown): string | undefined {
  if (typeof messageId === 'string' && messageId !== '') return messageId;
  if (typeof messageId === 'number') return String(messageId);
  return Buffer.isBuffer(messageId) ? messageId.toString('hex') : undefined;
}

function timeOf(value: unknown): number | undefined {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'number' ? value : undefined;
}
