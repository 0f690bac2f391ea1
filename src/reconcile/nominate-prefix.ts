import type { Key } from '../model/key.js';
import type { Prefix } from '../model/prefix.js';
import type { Scope } from '../model/scope.js';
import type { BlobReader } from '../ports/blob-reader.js';
import { isInStep } from './in-step.js';
import { comesBefore, comesBeforeInTree } from './listing-order.js';
import { type Drawn, nominate } from './nominate.js';

/** What a reconcile compares, and how much of it. */
export interface Sides {
  readonly source: BlobReader;
  readonly backup: BlobReader;
  readonly scope: Scope;
  /** Whether both are, so that their listings go down the tree. */
  readonly hierarchical: boolean;
  /** Whether owner, group and list are mirrored, too. */
  readonly acl: boolean;
}

/**
 * Nominates the keys of the scope beneath a prefix, from where an earlier call was stopped. What lies outside the scope
 * is nominated for nothing, whichever side it is on.
 */
export async function* nominatePrefix(
  { source, backup, scope, hierarchical, acl }: Sides,
  { container, path }: Prefix,
  from?: Drawn,
  mustStop?: () => boolean,
): AsyncGenerator<Key, Drawn | undefined, void> {
  const keys = nominate(
    container,
    source.listBlobs(container, { prefix: path, after: from?.source }),
    backup.listBlobs(container, { prefix: path, after: from?.backup }),
    {
      isInStep: (one, other) => isInStep(one, other, acl),
      isBefore: hierarchical ? comesBeforeInTree : comesBefore,
      ...(from !== undefined && { from }),
      ...(mustStop !== undefined && { mustStop }),
    },
  );
  for (;;) {
    const next = await keys.next();
    if (next.done) return next.value;
    if (scope.includes(next.value)) yield next.value;
  }
}
