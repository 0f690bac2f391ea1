import { type Key, keyText } from '../model/key.ts';
import { type Clock, systemClock } from '../ports/clock.ts';

/** Long enough for a burst of files, short enough that what another worker does to a directory is soon seen. */
const REMEMBERED_MS = 5_000;
/** A directory is a few hundred bytes here; beyond so many the oldest is forgotten. */
const MOST_REMEMBERED = 10_000;

interface Seen {
  /** By our own clock, in milliseconds. */
  readonly at: number;
  /** By the source's clock. */
  readonly readAt: Date;
}

/**
 * Which directories this process saw on both sides, in step. A thousand files of one directory then cost no thousand
 * readings of it, and nothing is lost by it: a file that is created in a directory that went meanwhile brings one into
 * being, and a deletion asks for a reading that is newer than its event.
 */
export interface KnownDirectories {
  /** Says that a directory is in step on both sides, by a reading of the source of that time. */
  note(directory: Key, readAt: Date): void;
  /** Nothing is known any more of a directory and of those below it: it was moved, or is about to be. */
  forget(directory: Key): void;
  /** Whether it was seen a short while ago: enough to put something into it. */
  isThere(directory: Key): boolean;
  /** Whether it was seen by a reading that is newer than an event, so that another one would tell nothing more. */
  isThereSince(directory: Key, event: Date): boolean;
}

export function createKnownDirectories(clock: Clock = systemClock): KnownDirectories {
  const known = new Map<string, Seen>();
  return {
    note(directory, readAt) {
      const id = keyText(directory);
      known.delete(id);
      known.set(id, { at: clock.now(), readAt });
      if (known.size > MOST_REMEMBERED) known.delete(known.keys().next().value ?? '');
    },
    forget(directory) {
      const id = keyText(directory);
      for (const other of known.keys()) if (other === id || other.startsWith(`${id}/`)) known.delete(other);
    },
    isThere(directory) {
      const seen = known.get(keyText(directory));
      return seen !== undefined && clock.now() - seen.at < REMEMBERED_MS;
    },
    isThereSince(directory, event) {
      const seen = known.get(keyText(directory));
      return seen !== undefined && seen.readAt.getTime() > event.getTime();
    },
  };
}
