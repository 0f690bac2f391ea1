/** A message as a Service Bus trigger hands it over. */
export interface IncomingMessage {
  readonly body: unknown;
  readonly messageId: string;
  readonly enqueuedTime: Date;
  /** How often it was received, this time included. */
  readonly deliveryCount: number;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
}
