/** A result of the set-up check. */
export interface Finding {
  /** The name of the check, for programs: `backup-write`. */
  readonly check: string;
  /** The account, queue or mirror that was checked. */
  readonly of: string;
  /**
   * `warning`: it works, with a defect. `problem`: it does not work, or will lose something. `unknown`: the caller may
   * not read it.
   */
  readonly status: 'ok' | 'warning' | 'problem' | 'unknown';
  /** One sentence. Never a secret. */
  readonly detail: string;
  /** The command that fixes it, or that shows what the caller could not read. */
  readonly fix?: string;
}
