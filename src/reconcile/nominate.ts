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
import { ListingCursor } from './read-listing.ts';
import type { ComparedAccounts } from './slice.ts';

/**
 * Nominates the keys of a prefix that are in the scope, from where an earlier call stopped.
 */
export async function* nominatePrefix(
  accounts: ComparedAccounts,
  { container, path }: Prefix,
  from?: ListingPositions,
  mustStop?: () => boolean,
): AsyncGenerator<Nominee, ListingPositions | undefined, void> {
  const { source, backup, scope } = accounts;
  const range = { prefix: path, ...toDetails(accounts) };
  const nominees = nominate(
    source.listBlobs(container, { ...range, after: from?.source, marker: from?.markers?.source }),
    backup.listBlobs(container, { ...range, after: from?.backup, marker: from?.markers?.backup }),
    {
      ...toComparison(accounts),
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

/** Optional details that the listings must include. */
export function toDetails({ policy, hierarchical }: ComparedAccounts): { access: boolean; tags: boolean } {
  return {
    access: hierarchical && policy.acl === 'mirror',
    tags: !hierarchical && policy.tags === 'mirror',
  };
}

/** How two entries are compared, and the expected order of the listings. */
export function toComparison({
  policy,
  hierarchical,
}: ComparedAccounts): Pick<NominateOptions, 'isInStep' | 'byBytes' | 'isBefore'> {
  // A flat account has no access. `off` also saves reading its absence from the page for every entry.
  const compared: Policy = hierarchical ? policy : { ...policy, acl: 'off' };
  return {
    isInStep: (one, other) => entriesLookInStep(one, other, compared),
    ...(compared.tier === 'same' &&
      compared.tags === 'off' && { byBytes: { access: compared.acl === 'mirror' } }),
    isBefore: hierarchical ? comesBeforeInTree : comesBefore,
  };
}

/**
 * Whether two listing entries are in step: content and metadata by the stamp; what no ETag covers, by comparison. A stamp
 * on a blob of another size is not trusted: a service may have written less than it acknowledged. Directories carry no
 * stamp and are compared directly.
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
 * Handles nominees concurrently, as they come. Rejects when the nomination or a call of `handle` does, after every call
 * that has begun has ended.
 */
export async function convergeAll<Nominated>(
  nominated: AsyncIterator<Nominated, unknown>,
  handle: (each: Nominated) => Promise<void>,
  concurrency = CONCURRENCY,
): Promise<void> {
  const work = async (): Promise<void> => {
    for (let next = await nominated.next(); !next.done; next = await nominated.next())
      await handle(next.value);
  };
  // An async generator queues its callers, so many workers may read from one.
  const ends = await Promise.allSettled(Array.from({ length: concurrency }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason as Error;
}

type Pages = AsyncIterable<BlobPage>;

/** A key that is on one side only or does not look in step, with its listing entries. */
export type Nominee = { readonly path: BlobPath } & (
  | { readonly source: ListedBlob; readonly backup: ListedBlob | undefined }
  | { readonly source: undefined; readonly backup: ListedBlob }
);

/** The path after which each listing goes on; undefined: from its beginning. */
export interface ListingPositions {
  readonly source: BlobPath | undefined;
  readonly backup: BlobPath | undefined;
  /** The page markers of these positions, for services that cannot start a listing at a path. */
  readonly markers?: { readonly source?: string | undefined; readonly backup?: string | undefined };
}

export interface NominateOptions {
  readonly isInStep: (source: ListedBlob, backup: ListedBlob) => boolean;
  /** What pairs must have in common when listings compare them by their raw bytes; undefined: listings compare none. */
  readonly byBytes?: Pick<InStepRules, 'access'>;
  /** The expected order of the listings. */
  readonly isBefore: (path: string, other: string) => boolean;
  readonly from?: ListingPositions;
  /** Called after every entry, and after every group of pairs that the listings compared. */
  readonly mustStop?: () => boolean;
  /** Called for every pair that is in step. */
  readonly onInStep?: (pairs: EqualPairs) => void;
}

const NOTHING: ListingPositions = { source: undefined, backup: undefined };

/**
 * Walks two listings of a container in parallel and yields every key that is on one side only or does not look in step.
 * Holds one page of each listing. When `mustStop` says so, after at least one entry, it returns the positions reached,
 * for the `from` of a later call.
 *
 * Correctness does not depend on the order: with an unexpected one, keys only look as if they were on one side and are
 * checked needlessly. None is missed, since an entry is passed only together with its equal.
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
      // Both may reject, and an unhandled rejection ends the process.
      if (turns.length > 0) await Promise.all(turns);
    }
  } finally {
    await Promise.all([left.close(), right.close()]);
  }
}

/** The pairs from the current entries on that are in step, as far as the listings can compare them by raw bytes. */
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
 * Advances the other side's position past a path that only one side has, if that skips nothing and moves forward.
 * Otherwise a later slice would nominate the blob that this check created there once more.
 */
function pass(
  before: BlobPath | undefined,
  next: ListedBlob | undefined,
  path: BlobPath,
): BlobPath | undefined {
  const isForward = before === undefined || comesAfter(path, before);
  return isForward && (next === undefined || comesAfter(next.path, path)) ? path : before;
}
