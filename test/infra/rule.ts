import type { Sources } from '../../scripts/infra/sources.ts';
import type { Template, WalkThrough } from './deployment/walk-through.ts';

/** Something that is wrong with what is deployed. */
export interface Finding {
  readonly rule: string;
  /** The file that is wrong, from the root of the repository. */
  readonly path: string;
  readonly message: string;
}

/** What the rules look at. */
export interface Infra {
  readonly sources: Sources;
  readonly template: Template;
  readonly walkThroughs: readonly WalkThrough[];
}

/** Returns what is wrong. */
export type Rule = (infra: Infra) => Messages | Promise<Messages>;
/** A file that is wrong, from the root of the repository, and why. */
export type Messages = readonly (readonly [path: string, message: string])[];

/** A rule that looks at each walk-through by itself: its messages are about the snapshot. */
export function eachWalkThrough(check: (walkThrough: WalkThrough) => readonly string[]): Rule {
  return ({ walkThroughs }) =>
    walkThroughs.flatMap((walkThrough) =>
      check(walkThrough).map((message) => [walkThrough.path, message] as const),
    );
}
