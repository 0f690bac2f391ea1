/**
 * A copy that was sent to expire into the dead-letter queue was received before it did. Its message goes back, and
 * expires: no failure, so whoever runs the handler need not tell it as one.
 */
export class ParkedCameBy extends Error {
  override readonly name = 'ParkedCameBy';

  constructor() {
    super('a parked message came by before it expired; it goes back until it does');
  }
}
