/** How an attempt to deliver ended, in Event Grid's words. */
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

/** Azure resources get no second attempt after these. */
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
