import { type ContainerName, type Key, type Rename, keyText } from '../model/key.ts';
import { isInStep } from '../model/unprotected.ts';
import { NOTHING_RECORDED, type UnprotectedKeys } from '../ports/unprotected-keys.ts';
import type { Verdict } from '../model/verdict.ts';
import { type SteadyClock, systemSteadyClock } from '../clock/service-clock.ts';
import {
  type AdoptRequest,
  type AdoptResult,
  type ListedCopy,
  type ListedReadings,
  adopt,
  copyListed,
} from './listed-keys.ts';
import { converge } from './converge.ts';
import { convergeRoot, prepareContainer } from './converge-container.ts';
import { coalesceByKey } from '../concurrency/coalesce.ts';
import { followRename } from './follow-rename.ts';
import type { MirrorContext, Tree } from './mirror-context.ts';
import { createKnownDirectories } from './ancestors.ts';

/** The mirror core of a process: its checks are coalesced by key and share the known directories. */
export interface MirrorCore {
  readonly converge: (
    key: Key,
    since?: Date,
    permission?: { readonly deleteForeign: true },
  ) => Promise<Verdict>;
  readonly followRename: (rename: Rename) => Promise<'renamed' | 'not renamed'>;
  readonly adopt: (key: Key, request: AdoptRequest) => Promise<AdoptResult | undefined>;
  readonly copyListed: (key: Key, readings: ListedReadings) => Promise<ListedCopy | undefined>;
  readonly prepareContainer: (container: ContainerName) => Promise<void>;
  readonly convergeRoot: (container: ContainerName) => Promise<Verdict | undefined>;
}

export interface MirrorCoreOptions {
  /** Whether both accounts have a hierarchical namespace. */
  readonly hierarchical: boolean;
  /** Whether everything below a directory is in the scope. Default: yes. */
  readonly takesAllBelow?: (directory: Key) => boolean;
  readonly clock?: SteadyClock;
  /** Cleared of each key that a check finds in step. */
  readonly unprotected?: Pick<UnprotectedKeys, 'named' | 'clear'>;
  /** For tests that replace them. */
  readonly functions?: { readonly converge: typeof converge; readonly followRename: typeof followRename };
}

const TRASH_EMPTYING_INTERVAL_MS = 3_600_000;

export function createMirrorCore(
  base: Omit<MirrorContext, 'tree'>,
  {
    hierarchical,
    takesAllBelow = () => true,
    clock = systemSteadyClock,
    unprotected = NOTHING_RECORDED,
    functions = { converge, followRename },
  }: MirrorCoreOptions,
): MirrorCore {
  const toTree = (): Tree => ({
    known: createKnownDirectories(clock),
    convergeAncestor: coalesceByKey(
      (key, since) => functions.converge(context, key, { since, isAncestor: true }),
      clock,
    ),
    takesAllBelow,
    emptyTrash: atMostOncePerInterval(async (container) => await base.backup.emptyTrash(container), clock),
  });
  const context: MirrorContext = hierarchical ? { ...base, tree: toTree() } : base;
  const check = coalesceByKey((key, since) => functions.converge(context, key, { since }), clock);
  // Coalesced apart: a check that may delete foreign blobs must not be merged with one that may not.
  const checkWithDeletes = coalesceByKey(
    (key, since) => functions.converge(context, key, { since, deleteForeign: true }),
    clock,
  );
  return {
    converge: async (key, since, permission) => {
      // A check that begins now is newer than any finding that is known now. What is below a key is not checked with it.
      const name = keyText(key);
      const known = unprotected.named.get(name);
      const verdict = await (permission === undefined ? check(key, since) : checkWithDeletes(key, since));
      if (known !== undefined && known.below !== true && isInStep(verdict))
        unprotected.clear(name, known.mark);
      return verdict;
    },
    followRename: async (rename) => await functions.followRename(context, rename),
    adopt: async (key, request) => await adopt(context, key, request),
    copyListed: async (key, readings) => await copyListed(context, key, readings),
    convergeRoot: async (container) => await convergeRoot(context, container),
    prepareContainer: async (container) => await prepareContainer(context, container),
  };
}

/** Empties the trash of each container at most once per interval. */
function atMostOncePerInterval(
  empty: (container: ContainerName) => Promise<void>,
  clock: SteadyClock,
): (container: ContainerName) => Promise<void> {
  const emptied = new Map<ContainerName, number>();
  return async (container) => {
    const last = emptied.get(container);
    if (last !== undefined && clock.now() - last < TRASH_EMPTYING_INTERVAL_MS) return;
    emptied.set(container, clock.now());
    await empty(container);
  };
}
