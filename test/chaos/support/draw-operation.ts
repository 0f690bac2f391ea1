import type { SeededRandom } from '../../support/seeded-random.ts';

export type Deed = 'upload' | 'upload in blocks' | 'delete' | 're-create' | 'set metadata';

/** The next act of a user. All are drawn before the first is done, so that a seed always means the same. */
export interface Operation {
  readonly deed: Deed;
  readonly container: string;
  readonly name: string;
  readonly content: Buffer;
  /** How long the user rests afterwards. */
  readonly pauseMs: number;
}

export const FIRST_CONTAINERS = ['red', 'green'] as const;
/** Created when this many operations have begun. */
export const LATE_CONTAINER = { name: 'blue', after: 150 } as const;

/** Shares of the operations, by kind. */
const DEEDS: readonly (readonly [Deed, number])[] = [
  ['upload', 0.5],
  ['upload in blocks', 0.1],
  ['delete', 0.2],
  ['re-create', 0.1],
  ['set metadata', 0.1],
];
/** Few names collide all the time, many hardly ever. */
const NAMES = { hot: 4, cold: 400 };
const LONGEST_PAUSE_MS = 60;
const MIB = 1024 * 1024;

export function drawOperation(random: SeededRandom, n: number): Operation {
  const below = (limit: number): number => Math.floor(random.share() * limit);
  const containers: readonly string[] =
    n > LATE_CONTAINER.after ? [...FIRST_CONTAINERS, LATE_CONTAINER.name] : FIRST_CONTAINERS;
  const deed = drawDeed(random.share());
  const container = containers[below(containers.length)] ?? FIRST_CONTAINERS[0];
  const name = random.share() < 0.5 ? `hot ${below(NAMES.hot)}` : `cold/${below(NAMES.cold)}`;
  // Mostly small, sometimes some MiB.
  const size = random.share() < 0.04 ? below(6 * MIB) : below(8192);
  const content = Buffer.alloc(size, `${n}: ${random.share()}\n`);
  return { deed, container, name, content, pauseMs: below(LONGEST_PAUSE_MS) };
}

function drawDeed(share: number): Deed {
  let left = share;
  for (const [deed, width] of DEEDS) {
    if (left < width) return deed;
    left -= width;
  }
  return 'upload';
}
