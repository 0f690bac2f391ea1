import type { BlobPath } from '../model/key.ts';
import type { BlobPage, ListedBlob, PairsAhead, PairsInStep } from '../ports/blob-reader.ts';
import { ListingCursor } from './listing-cursor.ts';
import { comesAfter } from '../model/listing-order.ts';

type Pages = AsyncIterable<BlobPage>;

/** A key that is on one side only, or does not look in step, with what the listings say of it. */
export type Nominee = { readonly path: BlobPath } & (
  | { readonly source: ListedBlob; readonly backup: ListedBlob | undefined }
  | { readonly source: undefined; readonly backup: ListedBlob }
);

/** After which path each listing goes on; undefined: at its beginning. */
export interface Drawn {
  readonly source: BlobPath | undefined;
  readonly backup: BlobPath | undefined;
  /** On which page of each listing that is, for services that begin nowhere else. */
  readonly markers?: { readonly source?: string | undefined; readonly backup?: string | undefined };
}

export interface NominateOptions {
  readonly isInStep: (source: ListedBlob, backup: ListedBlob) => boolean;
  /** What pairs have to have in common that listings may compare by themselves; none may when it is not told. */
  readonly byBytes?: Pick<PairsAhead, 'access'>;
  /** The order that the listings are thought to have. */
  readonly isBefore: (path: string, other: string) => boolean;
  readonly from?: Drawn;
  /** Asked after every entry, or every run of pairs that listings compared by themselves. */
  readonly mustStop?: () => boolean;
  /** Told of every pair that is in step. */
  readonly onInStep?: (pairs: PairsInStep) => void;
}

const NOTHING: Drawn = { source: undefined, backup: undefined };

/**
 * Walks two listings of a container in step and yields every key that is on one side only or does not look in step. One
 * page of each side is held at a time. When it is told to stop, it returns what was drawn so far: both listings can go
 * on after it later, and this `from` it. At least one entry is always drawn before that.
 *
 * The order of a listing is not trusted: a service that orders names in another way makes keys look as if they were on
 * one side only. They are then nominated without need, which costs a look; none is passed over, since an entry is
 * passed only together with its equal.
 */
export async function* nominate(
  source: Pages,
  backup: Pages,
  { isInStep, byBytes, isBefore, from = NOTHING, mustStop = () => false, onInStep }: NominateOptions,
): AsyncGenerator<Nominee, Drawn | undefined, void> {
  const [left, right] = [await ListingCursor.open(source), await ListingCursor.open(backup)];
  let drawn = from;
  const stopped = (): Drawn => {
    const { source: theirs, backup: ours } = drawn;
    const [onSource, onBackup] = [left.marker, right.marker];
    const isKnown = onSource !== undefined || onBackup !== undefined;
    return {
      source: theirs,
      backup: ours,
      ...(isKnown && { markers: { source: onSource, backup: onBackup } }),
    };
  };
  try {
    for (;;) {
      const [a, b] = [left.current, right.current];
      if (a === undefined && b === undefined) return undefined;
      const steps: (Promise<void> | undefined)[] = [];
      const inStep = byBytes === undefined ? undefined : findInStep(left, right, byBytes);
      if (inStep !== undefined && inStep.count > 0) {
        onInStep?.(inStep);
        const path = left.ahead(inStep.count - 1)?.path;
        drawn = { source: path, backup: path };
        if (mustStop()) return stopped();
        steps.push(left.next(inStep.count), right.next(inStep.count));
      } else if (a !== undefined && b !== undefined && a.path === b.path) {
        if (isInStep(a, b)) onInStep?.({ count: 1, bytes: a.bytes });
        else {
          left.keep();
          right.keep();
          yield { path: a.path, source: a, backup: b };
        }
        drawn = { source: a.path, backup: a.path };
        if (mustStop()) return stopped();
        steps.push(left.next(), right.next());
      } else if (a !== undefined && (b === undefined || isBefore(a.path, b.path))) {
        left.keep();
        yield { path: a.path, source: a, backup: undefined };
        drawn = { source: a.path, backup: pass(drawn.backup, b, a.path) };
        if (mustStop()) return stopped();
        steps.push(left.next());
      } else if (b !== undefined) {
        right.keep();
        yield { path: b.path, source: undefined, backup: b };
        drawn = { source: pass(drawn.source, a, b.path), backup: b.path };
        if (mustStop()) return stopped();
        steps.push(right.next());
      }
      const turns = steps.filter((step) => step !== undefined);
      // Both may fail, and a failure that nobody waits for is the end of the process.
      if (turns.length > 0) await Promise.all(turns);
    }
  } finally {
    await Promise.all([left.close(), right.close()]);
  }
}

/** Pairs from the current one on that are in step, as far as the listings compare them by themselves. */
function findInStep(
  left: ListingCursor,
  right: ListingCursor,
  byBytes: Pick<PairsAhead, 'access'>,
): PairsInStep | undefined {
  const [one, other] = [left.current, right.current];
  const count = Math.min(left.rest, right.rest);
  const [last, backupLast] = [left.ahead(count - 1), right.ahead(count - 1)];
  if (one === undefined || other === undefined || last === undefined || backupLast === undefined)
    return undefined;
  return one.findInStep?.(other, { ...byBytes, count, last, backupLast });
}

/**
 * A path that was drawn from one side is passed on the other, too, where that surely leaves nothing behind and goes
 * forward. Otherwise what a look makes of it there would be nominated once more when the listings go on.
 */
function pass(
  before: BlobPath | undefined,
  next: ListedBlob | undefined,
  path: BlobPath,
): BlobPath | undefined {
  const isForward = before === undefined || comesAfter(path, before);
  return isForward && (next === undefined || comesAfter(next.path, path)) ? path : before;
}
