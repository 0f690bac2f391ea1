import type { MirrorIdentity } from '../model/mirror-id.js';
import type { Queues } from '../model/registration.js';

/** Who a mirror is, as its settings say. */
export interface MirrorFacts extends MirrorIdentity {
  /** Of scope and policy: see `Run.mirror`. */
  readonly settings: string;
  readonly queues: Queues;
}
