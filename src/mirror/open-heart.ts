import type { ContainerName, Key } from '../model/key.ts';
import type { Rename } from '../model/rename.ts';
import type { Verdict } from '../model/verdict.ts';
import { type Clock, systemClock } from '../ports/clock.ts';
import { adopt, type Adopted, type AdoptRequest } from './adopt.ts';
import { converge } from './converge.ts';
import { convergeRoot } from './converge-root.ts';
import { copyListed, type ListedCopy, type ListedReadings } from './copy-listed.ts';
import { shareFlights } from './flights.ts';
import { followRename } from './follow-rename.ts';
import { createKnownDirectories } from './known-directories.ts';
import type { Pair } from './pair.ts';
import { prepareContainer } from './make-container.ts';
import type { Tree } from './tree.ts';

/** The heart of a process: what its keys and directories share. */
export interface OpenHeart {
  readonly converge: (key: Key, since?: Date, leave?: { readonly deleteForeign: true }) => Promise<Verdict>;
  readonly followRename: (rename: Rename) => Promise<'renamed' | 'not renamed'>;
  readonly adopt: (key: Key, request: AdoptRequest) => Promise<Adopted | undefined>;
  readonly copyListed: (key: Key, readings: ListedReadings) => Promise<ListedCopy | undefined>;
  readonly prepareContainer: (container: ContainerName) => Promise<void>;
  readonly convergeRoot: (container: ContainerName) => Promise<Verdict | undefined>;
}

export interface HeartOptions {
  /** Whether both accounts are. */
  readonly hierarchical: boolean;
  /** Whether the settings take in all that may be below a directory; they do when nothing is said. */
  readonly takesAllBelow?: (directory: Key) => boolean;
  readonly clock?: Clock;
  /** The two functions that all is made of, for tests that put others in their place. */
  readonly functions?: { readonly converge: typeof converge; readonly followRename: typeof followRename };
}

const TRASH_IS_EMPTIED_EVERY_MS = 3_600_000;

/** Wires the functions of this room to what they share in a process: flights, and what is known of directories. */
export function openHeart(
  sides: Omit<Pair, 'tree'>,
  {
    hierarchical,
    takesAllBelow = () => true,
    clock = systemClock,
    functions = { converge, followRename },
  }: HeartOptions,
): OpenHeart {
  const convergeAbove = shareFlights(
    (key, since) => functions.converge(pair, key, { since, isAbove: true }),
    clock,
  );
  const tree: Tree = {
    known: createKnownDirectories(clock),
    convergeAbove,
    takesAllBelow,
    emptyTrash: onceInAWhile(async (container) => await sides.backup.emptyTrash(container), clock),
  };
  const pair: Pair = hierarchical ? { ...sides, tree } : sides;
  const look = shareFlights((key, since) => functions.converge(pair, key, { since }), clock);
  // Flights of their own: a look with leave must not share one that has none, nor hand its leave on.
  const lookWithLeave = shareFlights(
    (key, since) => functions.converge(pair, key, { since, deleteForeign: true }),
    clock,
  );
  return {
    converge: async (key, since, leave) =>
      await (leave === undefined ? look(key, since) : lookWithLeave(key, since)),
    followRename: async (rename) => await functions.followRename(pair, rename),
    adopt: async (key, request) => await adopt(pair, key, request),
    copyListed: async (key, readings) => await copyListed(pair, key, readings),
    convergeRoot: async (container) => await convergeRoot(pair, container),
    prepareContainer: async (container) => await prepareContainer(pair, container),
  };
}

/** For each container at most once in that time, the first call included. */
function onceInAWhile(
  empty: (container: ContainerName) => Promise<void>,
  clock: Clock,
): (container: ContainerName) => Promise<void> {
  const emptied = new Map<ContainerName, number>();
  return async (container) => {
    const last = emptied.get(container);
    if (last !== undefined && clock.now() - last < TRASH_IS_EMPTIED_EVERY_MS) return;
    emptied.set(container, clock.now());
    await empty(container);
  };
}
