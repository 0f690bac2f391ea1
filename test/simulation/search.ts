import { createSeededChoices, replayChoices } from './choices.ts';
import { type MirrorFunctions, REAL_FUNCTIONS } from './mirror-functions.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import { createStory } from './story.ts';
import type { Violation } from './violation.ts';
import type { WorldKind } from './stage.ts';

export interface Range {
  readonly kind: WorldKind;
  /** The seed of the first history; the next one has the next seed. */
  readonly firstSeed: number;
  readonly histories: number;
}

export interface Found {
  readonly seed: number;
  readonly violation: Violation;
}

/** Plays histories until one breaks a promise. Regularly yields to other work of the process. */
export async function search(
  { kind, firstSeed, histories }: Range,
  functions: MirrorFunctions = REAL_FUNCTIONS,
  onProgress: (played: number) => void = () => {},
): Promise<Found | undefined> {
  for (let played = 0; played < histories; played++) {
    const seed = firstSeed + played;
    const violation = await simulate(kind, createSeededChoices(seed), functions);
    if (violation !== undefined) return { seed, violation };
    if (played % BREATH === 0) {
      onProgress(played);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
  return undefined;
}

const BREATH = 500;

/** The simplest history that breaks the same promise as the one of the seed, line by line. */
export async function explain(
  kind: WorldKind,
  seed: number,
  functions: MirrorFunctions = REAL_FUNCTIONS,
): Promise<readonly string[]> {
  const choices = createSeededChoices(seed);
  const violation = await simulate(kind, choices, functions);
  if (violation === undefined) return [`the history of seed ${seed} breaks no promise`];
  const { rule } = violation;
  const row = await shrink(
    choices.made,
    async (candidate) => (await simulate(kind, replayChoices(candidate), functions))?.rule === rule,
  );
  const { tell, lines } = createStory();
  await simulate(kind, replayChoices(row), functions, tell);
  return lines;
}
