import { type BlobmirrorError, gravestError, isStartIgnored, toBlobmirrorError } from '../model/errors.ts';
import type { Key, Prefix } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import type { WalkPosition } from '../model/hint.ts';
import { convergeAll, nominatePrefix } from './nominate.ts';
import type { ComparedAccounts } from './slice.ts';

/**
 * How long the walk starts on new keys. The last check may be a long copy that takes its whole budget of four minutes;
 * both fit the shortest function timeout, five minutes.
 */
const SLICE_MS = 30_000;

const LEAVES_MORE: ReadonlySet<Verdict['verdict']> = new Set<Verdict['verdict']>([
  'unfinished',
  'directory-returned',
]);

/** One slice of a walk. */
export interface PrefixSlice {
  /** The prefix to walk. If the scope includes only parts of it, these are walked one after the other. */
  readonly prefix: Prefix;
  /** Where the slice before ended; undefined: from the beginning. */
  readonly from: WalkPosition | undefined;
  /** How long to start on new keys, in milliseconds. Checks that have begun are completed. */
  readonly budgetMs?: number;
  /** Whether to stop starting on new keys, whatever time is left. */
  readonly mustStop?: () => boolean;
  readonly converge: (key: Key) => Promise<Verdict>;
}

/**
 * Checks every key of a prefix in the scope that looks out of step, for as long as one message may take. Resolves to
 * where the next slice begins; undefined: all is done. A slice with an unfinished long copy, or with a directory that
 * reappeared during its listings, is walked again from its beginning.
 *
 * @throws BlobmirrorError after the slice, the gravest error of its checks
 */
export async function walkPrefix(
  accounts: ComparedAccounts,
  { prefix: under, from, budgetMs = SLICE_MS, mustStop = () => false, converge }: PrefixSlice,
): Promise<WalkPosition | undefined> {
  const end = performance.now() + budgetMs;
  const errors: BlobmirrorError[] = [];
  let unfinished = false;
  let rest: WalkPosition | undefined;

  const [first, ...others] = remaining(accounts, under, from);
  if (first === undefined) return undefined;

  async function* keys(start: WalkPosition): AsyncGenerator<Key, void, void> {
    for (const { prefix, ...drawn } of [start, ...others]) {
      const nominees = nominatePrefix(accounts, prefix, drawn, () => performance.now() >= end || mustStop());
      let next = await nominees.next();
      for (; !next.done; next = await nominees.next())
        yield { container: prefix.container, path: next.value.path };
      if (next.value === undefined) continue;
      rest = { prefix, ...next.value };
      return;
    }
  }

  const check = async (key: Key): Promise<void> => {
    try {
      if (LEAVES_MORE.has((await converge(key)).verdict)) unfinished = true;
    } catch (thrown) {
      errors.push(toBlobmirrorError(thrown));
    }
  };
  let begin = first;
  try {
    await convergeAll(keys(begin), check);
  } catch (thrown) {
    if (!isStartIgnored(thrown)) throw thrown;
    // A position of the former release has no page marker: the whole prefix is walked again.
    begin = { prefix: first.prefix, source: undefined, backup: undefined };
    await convergeAll(keys(begin), check);
  }
  const error = gravestError(errors);
  if (error !== undefined) throw error;
  return unfinished ? begin : rest;
}

/** What is left to walk: all of it, if `from` is no longer in the scope of the settings. */
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
