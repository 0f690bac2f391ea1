import type { Call } from './call.ts';

/**
 * Sees every change on either side at the moment it happens, and knows what no client can: the whole past of the
 * source.
 */
export interface Witness {
  /**
   * Lets a service do a call of a worker, and checks the effect.
   *
   * @throws Violation
   */
  carryOut(call: Call): unknown;
  /** What it knows of the past, as far as a later verdict depends on it. */
  remembered(): unknown;
}
