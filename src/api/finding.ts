/** What a check of the set-up found of one thing. */
export interface Finding {
  /** What was looked at, for programs: `backup-write`. */
  readonly check: string;
  /** The account or queue that it is about. */
  readonly of: string;
  /**
   * `warning`: it works, and something is amiss. `problem`: it does not work, or will lose something. `unknown`: who
   * asks may not see it.
   */
  readonly status: 'ok' | 'warning' | 'problem' | 'unknown';
  /** One sentence. Never a secret. */
  readonly detail: string;
  /** The command that mends it, or that looks where this one may not. */
  readonly fix?: string;
}
