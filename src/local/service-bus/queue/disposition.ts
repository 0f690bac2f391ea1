import type { Properties } from './queued-message.ts';

/**
 * How a receiver settles a message. `properties` are merged into the message's application properties. A release
 * gives the message back as if it had never been delivered.
 */
export type Disposition =
  | { readonly kind: 'complete' | 'release' }
  | { readonly kind: 'abandon' | 'defer' | 'dead-letter'; readonly properties: Properties };

/** `lock-lost`: the lock has run out or never was. `refused`: not for a message in this subqueue. */
export type SettleResult = 'settled' | 'lock-lost' | 'refused';

/** The application properties that say why a message is in the dead-letter queue. */
export function deadLetterProperties(reason: string, description: string): Properties {
  return { DeadLetterReason: reason, DeadLetterErrorDescription: description };
}
