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

/** Says what is wrong, as the path of a file and a message each. */
export type Rule = (infra: Infra) => Said | Promise<Said>;
export type Said = readonly (readonly [path: string, message: string])[];

/** What a rule says of each walk-through, with the path of its snapshot. */
export function eachWalkThrough(say: (walkThrough: WalkThrough) => readonly string[]): Rule {
  return ({ walkThroughs }) =>
    walkThroughs.flatMap((walkThrough) =>
      say(walkThrough).map((message) => [walkThrough.path, message] as const),
    );
}
