import { isDeepStrictEqual } from 'node:util';
import type { Policy } from '../mirror/policy.ts';
import { isSameAccess } from '../model/access.ts';
import type { BlobPath, Prefix } from '../model/key.ts';
import { comesAfter, comesBefore, comesBeforeInTree } from '../model/listing-order.ts';
import { isOnTier } from '../model/reading.ts';
import {
  type BlobPage,
  type EqualPairs,
  type InStepRules,
  type ListedBlob,
  NO_PAIRS,
} from '../ports/blob-reader.ts';
import { ListingCursor } from './listing-cursor.ts';
import type { ComparedAccounts } from './slice.ts';

/**
 * Nominates the keys of the scope beneath a prefix, from where an earlier call was stopped. What lies outside the scope
 * is nominated for nothing, whichever side it is on.
 */
export async function* nominatePrefix(
  sides: ComparedAccounts,
  { container, path }: Prefix,
  from?: ListingPositions,
  mustStop?: () => boolean,
): AsyncGenerator<Nominee, ListingPositions | undefined, void> {
  const { source, backup, scope } = sides;
  const range = { prefix: path, ...toDetails(sides) };
  const nominees = nominate(
    source.listBlobs(container, { ...range, after: from?.source, marker: from?.markers?.source }),
    backup.listBlobs(container, { ...range, after: from?.backup, marker: from?.markers?.backup }),
    {
      ...toComparison(sides),
      ...(from !== undefined && { from }),
      ...(mustStop !== undefined && { mustStop }),
    },
  );
  for (;;) {
    const next = await nominees.next();
    if (next.done) return next.value;
    if (scope.includes({ container, path: next.value.path })) yield next.value;
  }
}

/** What the listings are asked for beyond what they always tell. */
export function toDetails({ policy, hierarchical }: ComparedAccounts): { access: boolean; tags: boolean } {
  return {
    access: hierarchical && policy.acl === 'mirror',
    tags: !hierarchical && policy.tags === 'mirror',
  };
}

/** How two entries are compared, and what order they are thought to have. */
export function toComparison({
  policy,
  hierarchical,
}: ComparedAccounts): Pick<NominateOptions, 'isInStep' | 'byBytes' | 'isBefore'> {
  // A flat account has no access to compare, and that it has none is read out of the page for every entry.
  const compared: Policy = hierarchical ? policy : { ...policy, acl: 'off' };
  return {
    isInStep: (one, other) => entriesLookInStep(one, other, compared),
    ...(compared.tier === 'same' &&
      compared.tags === 'off' && { byBytes: { access: compared.acl === 'mirror' } }),
    isBefore: hierarchical ? comesBeforeInTree : comesBefore,
  };
}

/**
 * Whether two entries of listings look in step: content and metadata by the stamp, and what no ETag stands for by itself.
 * A stamp on a blob of another size is not believed: a service may have written less than it said. A directory bears no
 * stamp, so the two are compared as they are.
 */
export function entriesLookInStep(
  source: ListedBlob,
  backup: ListedBlob,
  { acl, tags, tier }: Policy,
): boolean {
  if (source.isDirectory !== backup.isDirectory) return false;
  if (acl === 'mirror' && !isSameAccess(source.access, backup.access)) return false;
  if (source.isDirectory) return isDeepStrictEqual(source.metadata, backup.metadata);
  if (backup.stamp?.etag !== source.etag || backup.bytes !== source.bytes) return false;
  const ofAll = source.isBlockBlob && tier !== 'none' ? tier : undefined;
  const wanted = tier === 'same' ? source.tier : ofAll;
  if (wanted !== undefined && !isOnTier(backup, wanted)) return false;
  return tags !== 'mirror' || isDeepStrictEqual(source.tags ?? {}, backup.tags ?? {});
}

const CONCURRENCY = 16;

/**
 * Looks at keys as they are nominated, many at once. Rejects when the nomination does, or a look, but not before every
 * look that was begun has ended.
 */
export async function convergeAll<Nominated>(
  nominated: AsyncIterator<Nominated, unknown>,
  look: (each: Nominated) => Promise<void>,
  concurrency = CONCURRENCY,
): Promise<void> {
  const draw = async (): Promise<void> => {
    for (let next = await nominated.next(); !next.done; next = await nominated.next()) await look(next.value);
  };
  // An async generator queues its callers, so any number of workers may draw from the same one.
  const ends = await Promise.allSettled(Array.from({ length: concurrency }, draw));
  for (const end of ends) if (end.status === 'rejected') throw end.reason as Error;
}

type Pages = AsyncIterable<BlobPage>;

/** A key that is on one side only, or does not look in step, with what the listings say of it. */
export type Nominee = { readonly path: BlobPath } & (
  | { readonly source: ListedBlob; readonly backup: ListedBlob | undefined }
  | { readonly source: undefined; readonly backup: ListedBlob }
);

/** After which path each listing goes on; undefined: at its beginning. */
export interface ListingPositions {
  readonly source: BlobPath | undefined;
  readonly backup: BlobPath | undefined;
  /** On which page of each listing that is, for services that begin nowhere else. */
  readonly markers?: { readonly source?: string | undefined; readonly backup?: string | undefined };
}

export interface NominateOptions {
  readonly isInStep: (source: ListedBlob, backup: ListedBlob) => boolean;
  /** What pairs have to have in common that listings may compare by themselves; none may when it is not told. */
  readonly byBytes?: Pick<InStepRules, 'access'>;
  /** The order that the listings are thought to have. */
  readonly isBefore: (path: string, other: string) => boolean;
  readonly from?: ListingPositions;
  /** Asked after every entry, or every run of pairs that listings compared by themselves. */
  readonly mustStop?: () => boolean;
  /** Told of every pair that is in step. */
  readonly onInStep?: (pairs: EqualPairs) => void;
}

const NOTHING: ListingPositions = { source: undefined, backup: undefined };

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
): AsyncGenerator<Nominee, ListingPositions | undefined, void> {
  const [left, right] = [await ListingCursor.open(source), await ListingCursor.open(backup)];
  let drawn = from;
  const stopped = (): ListingPositions => {
    const { source: theirs, backup: ours } = drawn;
    const [onSource, onBackup] = [left.page.marker, right.page.marker];
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
      const inStep = byBytes === undefined ? NO_PAIRS : findInStep(left, right, byBytes);
      if (inStep.count > 0) {
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
  { access }: Pick<InStepRules, 'access'>,
): EqualPairs {
  const [one, other] = [left.current, right.current];
  if (one === undefined || other === undefined) return NO_PAIRS;
  return left.page.countInStep(one, other, { most: Math.min(left.rest, right.rest), access });
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
