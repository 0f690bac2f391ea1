/** A fault of one file, and what names it. */
export interface Fault {
  readonly fault: string;
  readonly path: string;
  readonly from: string | RegExp;
  readonly to: string;
  /** The rule that finds it, and what it says. */
  readonly rule: string;
  readonly says: RegExp;
}

/** The snapshot of a walk-through. */
export const of = (walkThrough: string): string => `infra/walk-throughs/${walkThrough}.snapshot.json`;
