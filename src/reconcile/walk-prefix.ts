import { type BlobmirrorError, isStartIgnored, toBlobmirrorError } from '../model/errors.ts';
import { gravestError } from '../model/gravest-error.ts';
import type { Key, Prefix } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import type { WalkPosition } from '../model/hint.ts';
import { convergeAll, nominatePrefix } from './nominate.ts';
import type { ComparedAccounts } from './slice.ts';

/**
 * How long keys are drawn. The last look may be a long copy that takes its whole budget, four minutes, and both fit the
 * shortest time that a function may take, five minutes.
 */
const SLICE_MS = 30_000;

const LEAVES_MORE: ReadonlySet<Verdict['verdict']> = new Set<Verdict['verdict']>([
  'unfinished',
  'directory-returned',
]);

/** One slice of a walk. */
export interface PrefixSlice {
  /** What the walk is of. The scope may take in parts of it alone, which are then walked one after the other. */
  readonly prefix: Prefix;
  /** Where the slice before this one ended; undefined at the beginning. */
  readonly from: WalkPosition | undefined;
  /** How long to go on drawing keys, in milliseconds. A look that has begun is brought to its end. */
  readonly budgetMs?: number;
  /** Whether no more keys are to be drawn, whatever time is left. */
  readonly mustStop?: () => boolean;
  readonly converge: (key: Key) => Promise<Verdict>;
}

/**
 * Looks at every key of the scope beneath a prefix that seems out of step, for as long as one message may take.
 * Resolves to where the next slice begins, or to undefined when all is done. A slice that left a long copy unfinished,
 * or met a directory that came back while its listings went by, is walked again from its beginning.
 *
 * @throws BlobmirrorError what a look failed with, once the slice is over: the gravest
 */
export async function walkPrefix(
  sides: ComparedAccounts,
  { prefix: under, from, budgetMs = SLICE_MS, mustStop = () => false, converge: look }: PrefixSlice,
): Promise<WalkPosition | undefined> {
  const end = performance.now() + budgetMs;
  const errors: BlobmirrorError[] = [];
  let unfinished = false;
  let rest: WalkPosition | undefined;

  const [first, ...others] = remaining(sides, under, from);
  if (first === undefined) return undefined;

  async function* keys(start: WalkPosition): AsyncGenerator<Key, void, void> {
    for (const { prefix, ...drawn } of [start, ...others]) {
      const nominees = nominatePrefix(sides, prefix, drawn, () => performance.now() >= end || mustStop());
      let next = await nominees.next();
      for (; !next.done; next = await nominees.next())
        yield { container: prefix.container, path: next.value.path };
      if (next.value === undefined) continue;
      rest = { prefix, ...next.value };
      return;
    }
  }

  const visit = async (key: Key): Promise<void> => {
    try {
      if (LEAVES_MORE.has((await look(key)).verdict)) unfinished = true;
    } catch (thrown) {
      errors.push(toBlobmirrorError(thrown));
    }
  };
  let begin = first;
  try {
    await convergeAll(keys(begin), visit);
  } catch (thrown) {
    if (!isStartIgnored(thrown)) throw thrown;
    // The position names no page, as one of the former release: all beneath the prefix is walked again.
    begin = { prefix: first.prefix, source: undefined, backup: undefined };
    await convergeAll(keys(begin), visit);
  }
  const error = gravestError(errors);
  if (error !== undefined) throw error;
  return unfinished ? begin : rest;
}

/** What is left to walk. A position that the settings of the scope know no more means all of it. */
function remaining(
  { scope }: ComparedAccounts,
  under: Prefix,
  from: WalkPosition | undefined,
): readonly WalkPosition[] {
  const all = scope.prefixes(under).map((prefix) => ({ prefix, source: undefined, backup: undefined }));
  if (from === undefined) return all;
  const at = all.findIndex(
    ({ prefix }) => prefix.container === from.prefix.container && prefix.path === from.prefix.path,
  );
  return at < 0 ? all : [from, ...all.slice(at + 1)];
}
