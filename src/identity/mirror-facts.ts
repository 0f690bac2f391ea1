import type { MirrorIdentity } from '../model/mirror-id.ts';
import type { Queues } from '../model/registration.ts';

/** Who a mirror is, as its settings say. */
export interface MirrorFacts extends MirrorIdentity {
  /** Of scope and policy: see `Run.mirror`. */
  readonly settings: string;
  readonly queues: Queues;
}
