import type { MemoryAccount } from '../memory/memory-account.ts';
import type { ContainerName, Key } from '../../src/model/key.ts';
import type { Choices } from './choices.ts';
import type { EventGrid } from './event-grid.ts';
import type { Tell } from './story.ts';
import type { User } from './user.ts';
import type { Witness } from './witness.ts';

/**
 * Two flat accounts, or two hierarchical ones; two flat ones, on whose backup a user leases blobs; or two flat ones, whose
 * backup has a history.
 */
export type WorldKind = 'flat' | 'tree' | 'leased' | 'kept';

/** The accounts of a world, and what its users get. */
export interface Stage {
  readonly choices: Choices;
  readonly tell: Tell | undefined;
  readonly container: ContainerName;
  readonly source: MemoryAccount;
  readonly backup: MemoryAccount;
  readonly grid: EventGrid;
  readonly now: () => Date;
  /** Lets time pass. */
  pass(ms: number): void;
}

/** The users at the source, and the witness of both sides. */
export interface Cast {
  readonly user: User;
  readonly witness: Witness;
  /** All keys of the history so far. */
  keys(): readonly Key[];
}
