/** A trigger at work: a timer, the HTTP server, the links to a queue. */
export interface RunningTrigger {
  /**
   * Takes no more work at once, then waits for what is in hand until the deadline aborts; after that it lets go of
   * it as the trigger can (a message goes back to its queue, a connection is cut). Never throws.
   */
  stop(deadline: AbortSignal): Promise<void>;
}
