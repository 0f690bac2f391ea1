import type { ComparedPath, CompareShard, SliceResult } from '../../model/reconcile/shard.ts';
import type { Drawn } from '../nominate.ts';

/** What a slice leaves. */
export interface Left {
  /** Where the listings go on; undefined: they are at their end. */
  readonly rest: Drawn | undefined;
  /** Paths whose long copies are not done. */
  readonly unfinished: readonly string[];
  /** How far comparisons of those came that are to be adopted. */
  readonly compared: readonly ComparedPath[];
  /** A place in the rest from which another worker may take over. */
  readonly boundary: string | undefined;
  /** The backup had no container yet whose root could be compared. */
  readonly isRootLeft: boolean;
}

/** The shards that go on where a slice stopped. */
export function nextShards(
  shard: CompareShard,
  { rest, unfinished, compared, boundary, isRootLeft }: Left,
): Pick<SliceResult, 'next' | 'split'> {
  if (rest === undefined && unfinished.length === 0) return {};
  const { at: _at, markers: _markers, again: _again, compared: _compared, root: _root, to, ...same } = shard;
  const end = boundary ?? to;
  const next: CompareShard = {
    ...same,
    slice: shard.slice + 1,
    ...(end !== undefined && { to: end }),
    ...(unfinished.length > 0 && { again: unfinished }),
    ...(isRootLeft && { root: true as const }),
    ...(compared.length > 0 && { compared }),
    ...(rest === undefined
      ? { isWalked: true }
      : { at: toSides(rest), ...(rest.markers !== undefined && { markers: toSides(rest.markers) }) }),
  };
  if (boundary === undefined) return { next };
  const split: CompareShard = {
    ...same,
    shard: `${shard.shard}-${shard.slice}`,
    slice: 0,
    from: boundary,
    ...(to !== undefined && { to }),
  };
  return { next, split };
}

function toSides({ source, backup }: NonNullable<Drawn['markers']>): NonNullable<CompareShard['at']> {
  return { ...(source !== undefined && { source }), ...(backup !== undefined && { backup }) };
}
