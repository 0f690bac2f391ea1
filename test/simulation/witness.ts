import type { Call } from './call.ts';

/**
 * Sees every change on either side at the moment it happens, and knows what no client can: the whole past of the
 * source.
 */
export interface Witness {
  /**
   * Lets a service carry out a call of a worker, and looks at what it did.
   *
   * @throws Violation
   */
  carryOut(call: Call): unknown;
}
