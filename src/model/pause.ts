/** Mirroring stands still, by somebody's wish. */
export interface Pause {
  /** ISO 8601, as all times here. */
  readonly since: string;
  /** Who asked for it, as far as is known. */
  readonly by?: string;
  readonly reason?: string;
  /** Nobody is known to have asked for it: the document that would say so cannot be read. */
  readonly isUnknown?: true;
}

/** One that has ended. */
interface EndedPause {
  readonly since: string;
  readonly until: string;
}

/** Whether mirroring stands still, and when it did: a document that every worker reads. */
export interface PauseState {
  /** Null: mirroring goes on. */
  readonly paused: Pause | null;
  /** The last ones, the newest first: what waited meanwhile is no older for that. */
  readonly ended: readonly EndedPause[];
}

export const NEVER_PAUSED_STATE: PauseState = { paused: null, ended: [] };

/** For how much of the time from `since` to `now` mirroring stood still, in milliseconds. */
export function pausedMs({ paused, ended }: PauseState, since: Date, now: Date): number {
  const spans = ended.map((each) => [Date.parse(each.since), Date.parse(each.until)] as const);
  if (paused !== null) spans.push([Date.parse(paused.since), now.getTime()]);
  return spans
    .map(([from, until]) => Math.min(until, now.getTime()) - Math.max(from, since.getTime()))
    .reduce((sum, ms) => sum + Math.max(0, ms), 0);
}
