import type { Difference, Place } from '../../model/difference.ts';
import type { ContainerName, Key } from '../../model/key.ts';
import type { Scope } from '../../model/scope.ts';
import type { Policy } from '../../mirror/policy.ts';
import type { AccountInspector } from '../../ports/account-inspector.ts';

/** What is to be compared, and how closely. */
export interface Verification {
  readonly source: AccountInspector;
  /** Its containers under the names that they have at the source. */
  readonly backup: AccountInspector;
  readonly scope: Scope;
  /** The mirror's own: tags, tiers, access and kept blobs are judged by what it was told to do. */
  readonly policy: Policy;
  /** Only these containers of the scope, by their names at the source; undefined for all of it. */
  readonly containers: ReadonlySet<ContainerName> | undefined;
  /** Only blobs and directories whose name begins so; empty for all. */
  readonly prefix: string;
  readonly content: ContentCheck;
  /**
   * Milliseconds that the mirror is given to follow a change. A backup that lags is a difference only once its source
   * has been at rest for so long.
   */
  readonly settleMs: number;
  readonly found: (place: Place, difference: Difference) => void;
  /** The blob or directory kept changing for as long as it was watched, so nothing can be said of it. */
  readonly stillMoving: (key: Key) => void;
}

/** `md5`: by the Content-MD5 where both sides have one. `read`: every byte of both sides. `none`: not at all. */
export type ContentCheck = 'md5' | 'read' | 'none';
