/** What all workers of the last hour did together. */
export interface Activity {
  readonly minutes: readonly {
    readonly at: string;
    readonly changes: number;
    readonly bytes: number;
    readonly byVerdict: Readonly<Record<string, number>>;
    readonly failed: number;
    readonly lagP50Ms: number | null;
    readonly lagP99Ms: number | null;
  }[];
  readonly lagP50Ms: number | null;
  readonly lagP99Ms: number | null;
  readonly changes: number;
  readonly bytes: number;
  /** When a change of each container was last mirrored. */
  readonly lastMirrored: Readonly<Record<string, string>>;
}
