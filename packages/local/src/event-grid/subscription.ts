import type { EventBody, EventSchema } from './event-schema.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { StorageEvent } from './storage-event.ts';

/** An event subscription on a storage account, as in Azure. */
export interface Subscription {
  readonly name: string;
  readonly account: string;
  readonly schema: EventSchema;
  /** All types when absent. */
  readonly includedEventTypes?: readonly string[];
  /** Plain text, no wildcards: `/blobServices/default/containers/<container>/blobs/<prefix>`. */
  readonly subjectBeginsWith?: string;
  readonly subjectEndsWith?: string;
  /** Default false, as in Azure. */
  readonly isSubjectCaseSensitive?: boolean;
  readonly retry?: RetryPolicy;

  /**
   * Resolves once the destination has the event. A rejection, or no answer within 30 seconds, is a failed
   * attempt. A `DeliveryError` names the failure; anything else is `Busy`.
   */
  deliver(delivery: Delivery): Promise<void>;

  /**
   * Writes an undeliverable event into the dead-letter container, as a blob of this name and content. When
   * absent, such an event is dropped with a log line.
   */
  deadLetter?(path: string, body: string): Promise<void>;
}

export interface Delivery {
  /** Does not change when an event is delivered again. */
  readonly messageId: string;
  /** One event. */
  readonly body: EventBody;
  readonly applicationProperties: Record<string, string>;
  readonly contentType: string;
}

/** Whether an event passes the filters of a subscription. */
export function matchesFilters(subscription: Subscription, event: StorageEvent): boolean {
  if (subscription.account !== event.account) return false;
  if (subscription.includedEventTypes?.includes(event.type) === false) return false;
  const fold = (text: string) => (subscription.isSubjectCaseSensitive ? text : text.toLowerCase());
  const subject = fold(event.subject);
  return (
    subject.startsWith(fold(subscription.subjectBeginsWith ?? '')) &&
    subject.endsWith(fold(subscription.subjectEndsWith ?? ''))
  );
}

/** Outcomes of a delivery attempt, in Event Grid's words. */
export type DeliveryOutcome =
  | 'NotFound'
  | 'Disabled'
  | 'Full'
  | 'Unauthorized'
  | 'BadRequest'
  | 'TimedOut'
  | 'Busy'
  | 'PayloadTooLarge'
  | 'Forbidden';

/** Deliveries to Azure resources are not retried after these. */
const FINAL: ReadonlySet<DeliveryOutcome> = new Set(['BadRequest', 'PayloadTooLarge', 'Forbidden']);

export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly outcome: DeliveryOutcome;

  constructor(outcome: DeliveryOutcome, message: string, options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
  }
}

export function outcomeOf(thrown: unknown): DeliveryOutcome {
  return thrown instanceof DeliveryError ? thrown.outcome : 'Busy';
}

export function isFinal(outcome: DeliveryOutcome): boolean {
  return FINAL.has(outcome);
}
