import type { PeekMessagesOptions, ServiceBusReceivedMessage } from '@azure/service-bus';

type Long = NonNullable<PeekMessagesOptions['fromSequenceNumber']>;

/**
 * A sequence number as the Service Bus client takes it: an object of the package `long`, of which the client
 * reads only the marker and the eight bytes.
 */
export function toSequenceNumber(decimal: string): Long {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(decimal));
  return { __isLong__: true, toBytesBE: () => [...bytes] } as unknown as Long;
}

/**
 * A message that the client settles and renews through `$management`, by its lock token alone. The client
 * keeps the link of a message in `delivery`, and treats a message without a link as a deferred one.
 */
export function withoutLink(
  message: Pick<ServiceBusReceivedMessage, 'lockToken'>,
): ServiceBusReceivedMessage {
  return { ...message, delivery: {} } as unknown as ServiceBusReceivedMessage;
}
