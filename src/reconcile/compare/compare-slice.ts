/**
 * One slice of a compare shard: walks a stretch of both listings, mirrors what is missing or differs, and records what
 * only the backup has. It never deletes and never decides: the mirror core copies on the word of the listings, with
 * preconditions that fail if a listing is outdated; every other key is checked.
 */
import { isStartIgnored } from '../../model/errors.ts';
import { parseBlobPath } from '../../model/key.ts';
import type { CompareShard, SliceResult } from '../shard.ts';
import type { ListedBlob, ListRange, EqualPairs } from '../../ports/blob-reader.ts';
import { type KnownOrder, UnorderedListing, createKnownOrder, listUpTo } from '../read-listing.ts';
import {
  type ListingPositions,
  type Nominee,
  convergeAll,
  nominate,
  toComparison,
  toDetails,
} from '../nominate.ts';
import { findBoundary, nextShards } from './next-shards.ts';
import { type CompareParts, OutOfStepKeys } from './out-of-step-keys.ts';
import type { SliceContext } from '../slice.ts';
import { KeyCounter } from '../counts.ts';

const CONCURRENCY = 32;
/** While fewer shards are open, a slice is short and its rest is split in two, so that idle workers get work. */
const ENOUGH_SHARDS = 16;
const FIRST_SLICE_MS = 15_000;

/**
 * @throws BlobmirrorError if a listing fails; the error of a key is counted and reported
 */
export async function compareSlice(
  comparing: CompareParts,
  shard: CompareShard,
  context: SliceContext,
): Promise<SliceResult> {
  const slice = new SliceComparison(comparing, shard, context);
  try {
    return await slice.run();
  } catch (error) {
    if (!(error instanceof UnorderedListing)) throw error;
    await slice.compareRoot();
    return { ...slice.result(), isUnordered: true };
  }
}

class SliceComparison {
  readonly #comparing: CompareParts;
  readonly #shard: CompareShard;
  readonly #context: SliceContext;
  readonly #counter = new KeyCounter();
  /** Entries that were passed: if a slice stops within a page, the next slice counts the rest of the page. */
  readonly #listed = { source: 0, backup: 0, bytes: 0 };
  readonly #order: KnownOrder;
  readonly #comparison: ReturnType<typeof toComparison>;
  readonly #outOfStep: OutOfStepKeys;
  readonly #mustStop: () => boolean;

  constructor(comparing: CompareParts, shard: CompareShard, context: SliceContext) {
    this.#comparing = comparing;
    this.#shard = shard;
    this.#context = context;
    this.#order = createKnownOrder(comparing);
    const { isBefore } = this.#order;
    this.#comparison = { ...toComparison(comparing), isBefore };
    const { container, prefix, again = [], compared = [] } = shard;
    const { budgetMs, signal, openShards } = context;
    const isAlone = openShards < ENOUGH_SHARDS && shard.unordered !== true;
    const end = performance.now() + (isAlone ? Math.min(budgetMs, FIRST_SLICE_MS) : budgetMs);
    this.#mustStop = () => signal.aborted || performance.now() >= end;
    const walked = { container, prefix, isBefore, listed: this.#listed };
    this.#outOfStep = new OutOfStepKeys(comparing, walked, context, this.#counter, {
      unfinished: again.map(parseBlobPath),
      compared,
      mustStop: this.#mustStop,
    });
  }

  async run(): Promise<SliceResult> {
    const { signal } = this.#context;
    const mustStop = this.#mustStop;
    let rest: ListingPositions | undefined;
    if (this.#shard.isWalked !== true) {
      const nominees = this.#nominees(mustStop, (drawn) => (rest = drawn));
      await convergeAll(nominees, async (nominee) => await this.#outOfStep.handle(nominee), CONCURRENCY);
    }
    await this.#outOfStep.finish(mustStop);
    const isRootLeft = !(await this.compareRoot());
    const boundary = rest === undefined || signal.aborted ? undefined : await this.#split(rest);
    const { unfinished, adoption } = this.#outOfStep;
    const left = { rest, unfinished, compared: adoption?.compared ?? [], boundary, isRootLeft };
    return { ...this.result(), ...nextShards(this.#shard, left) };
  }

  /**
   * Compares the root directory of the container, once in a run, after the copies, which create the container. False:
   * not done yet.
   */
  async compareRoot(): Promise<boolean> {
    const { hierarchical, policy } = this.#comparing;
    if (this.#shard.root !== true || !hierarchical || policy.acl === 'off') return true;
    return await this.#outOfStep.compareRoot();
  }

  /** The result so far. */
  result(): SliceResult {
    const { counts, sample } = this.#counter;
    const adoptable = this.#outOfStep.adoption?.adoptable;
    return {
      counts,
      sample,
      listed: { ...this.#listed },
      ...this.#outOfStep.extraKeys.counts,
      ...(adoptable !== undefined && { adoptable }),
      ...(this.#outOfStep.blocked > 0 && { blocked: this.#outOfStep.blocked }),
    };
  }

  async *#nominees(
    mustStop: () => boolean,
    stopped: (at: ListingPositions) => void,
  ): AsyncGenerator<Nominee, void, void> {
    const { source, backup, scope } = this.#comparing;
    const { container, prefix, from, to, at, markers, unordered } = this.#shard;
    const range = { prefix, ...toDetails(this.#comparing), ...(from !== undefined && { from }) };
    const list = (account: typeof source, after: string | undefined, marker: string | undefined) => {
      const pages = account.listBlobs(container, {
        ...range,
        after: after === undefined ? undefined : parseBlobPath(after),
        marker,
      });
      return unordered === true ? pages : listUpTo(pages, to, this.#order);
    };
    const drawn: ListingPositions = {
      source: at?.source === undefined ? undefined : parseBlobPath(at.source),
      backup: at?.backup === undefined ? undefined : parseBlobPath(at.backup),
    };
    const pages = [
      list(source, drawn.source, markers?.source),
      list(backup, drawn.backup, markers?.backup),
    ] as const;
    const nominees = nominate(...pages, {
      ...this.#comparison,
      from: drawn,
      mustStop,
      onInStep: (pairs) => this.#passPairs(pairs),
    });
    let next = await nominees.next();
    for (; !next.done; next = await nominees.next()) {
      this.#countSource(next.value.source);
      if (next.value.backup !== undefined) this.#listed.backup++;
      if (scope.includes({ container, path: next.value.path })) yield next.value;
    }
    if (next.value !== undefined) stopped(next.value);
  }

  #countSource(source: ListedBlob | undefined): void {
    if (source === undefined) return;
    this.#listed.source++;
    this.#listed.bytes += source.bytes;
  }

  #passPairs({ count, bytes }: EqualPairs): void {
    this.#listed.source += count;
    this.#listed.backup += count;
    this.#listed.bytes += bytes;
    this.#counter.countInStep(count);
  }

  async #split({ source }: ListingPositions): Promise<string | undefined> {
    const { container, prefix, to, unordered } = this.#shard;
    if (unordered === true || source === undefined || this.#context.openShards >= ENOUGH_SHARDS)
      return undefined;
    const { source: account, backup } = this.#comparing;
    const list = (range: ListRange) => account.listBlobs(container, range);
    try {
      const boundary = await findBoundary(list, this.#comparison.isBefore, { prefix, after: source, to });
      // The second half begins there on both sides; the services may be of different versions, so both must accept it.
      if (boundary !== undefined)
        await drawPage(backup.listBlobs(container, { prefix, from: boundary, pageSize: 1 }));
      return boundary;
    } catch (error) {
      if (isStartIgnored(error)) return undefined;
      throw error;
    }
  }
}

async function drawPage(pages: AsyncIterable<unknown>): Promise<void> {
  const drawn = pages[Symbol.asyncIterator]();
  await drawn.next();
  await drawn.return?.();
}
