/**
 * One slice of a compare shard: walks a stretch of both listings in step, brings over what is missing or differs, and
 * writes down what only the backup has. Nothing is deleted here, and nothing is decided: a copy is the heart's decision
 * on what the listings say, under conditions that make listings that are out of date fail; all else is a look.
 */
import type { ListedReadings, ListedCopy } from '../../mirror/copy-listed.js';
import { toBlobmirrorError } from '../../model/errors.js';
import { type BlobPath, type ContainerName, type Key, parseBlobPath } from '../../model/key.js';
import type { CompareShard, SliceResult } from '../../model/reconcile/shard.js';
import type { Verdict } from '../../model/verdict.js';
import type { ListedBlob, ListRange } from '../../ports/blob-reader.js';
import { createKnownOrder, type KnownOrder } from '../known-order.js';
import { lookAtAll } from '../look-at-all.js';
import { toComparison, toDetails } from '../nominate-prefix.js';
import { type Drawn, nominate, type Nominee } from '../nominate.js';
import type { Sides } from '../sides.js';
import { findBoundary } from './find-boundary.js';
import { NewBlobs } from './new-blobs.js';
import { nextShards } from './next-shards.js';
import type { SliceContext } from '../runs/slice-context.js';
import { Unordered, upTo } from './stretch.js';
import { Tally } from './tally.js';

/** What slices are worked on with. */
export interface Comparing extends Sides {
  readonly converge: (key: Key) => Promise<Verdict>;
  readonly copyListed: (key: Key, readings: ListedReadings) => Promise<ListedCopy | undefined>;
  readonly prepareContainer: (container: ContainerName) => Promise<void>;
}

const CONCURRENCY = 32;
/** While fewer shards than this are open, what is left of one is parted in two, and soon. */
const ENOUGH_SHARDS = 16;
const FIRST_SLICE_MS = 15_000;

/**
 * @throws BlobmirrorError what a listing failed with; what a key fails with is counted and reported
 */
export async function compareSlice(
  comparing: Comparing,
  shard: CompareShard,
  context: SliceContext,
): Promise<SliceResult> {
  const slice = new Slice(comparing, shard, context);
  try {
    return await slice.run();
  } catch (error) {
    if (!(error instanceof Unordered)) throw error;
    return { ...slice.result(), isUnordered: true };
  }
}

class Slice {
  readonly #comparing: Comparing;
  readonly #shard: CompareShard;
  readonly #context: SliceContext;
  readonly #tally = new Tally();
  /** Entries that were drawn: where a slice stops in the middle of a page, the next one counts what is left of it. */
  readonly #listed = { source: 0, backup: 0 };
  readonly #unfinished: BlobPath[] = [];
  readonly #newBlobs: NewBlobs;
  readonly #order: KnownOrder;
  readonly #comparison: ReturnType<typeof toComparison>;
  #verifying: Promise<void> = Promise.resolve();
  #preparing: Promise<void> | undefined;
  #extras = 0;
  #mirroredExtras = 0;
  #extraDirectory: string | undefined;

  constructor(comparing: Comparing, shard: CompareShard, context: SliceContext) {
    this.#comparing = comparing;
    this.#shard = shard;
    this.#context = context;
    this.#order = createKnownOrder(comparing);
    this.#comparison = { ...toComparison(comparing), isBefore: this.#order.isBefore };
    this.#newBlobs = new NewBlobs({
      isBefore: this.#comparison.isBefore,
      list: (range) => comparing.source.listBlobs(shard.container, { prefix: shard.prefix, ...range }),
      read: async (path) => {
        const reading = await comparing.source.read(this.#key(path));
        return reading.present ? reading.etag : undefined;
      },
      look: async (path) => await this.#look(path),
    });
  }

  async run(): Promise<SliceResult> {
    const { budgetMs, signal, openShards } = this.#context;
    const isAlone = openShards < ENOUGH_SHARDS && this.#shard.unordered !== true;
    const end = performance.now() + (isAlone ? Math.min(budgetMs, FIRST_SLICE_MS) : budgetMs);
    const mustStop = (): boolean => signal.aborted || performance.now() >= end;
    this.#unfinished.push(...(this.#shard.again ?? []).map(parseBlobPath));
    let rest: Drawn | undefined;
    if (this.#shard.isWalked !== true) {
      const nominees = this.#nominees(mustStop, (drawn) => (rest = drawn));
      await lookAtAll(nominees, async (nominee) => await this.#handle(nominee), CONCURRENCY);
      await this.#verify();
    }
    await this.#finish(mustStop);
    const boundary = rest === undefined || signal.aborted ? undefined : await this.#split(rest);
    return { ...this.result(), ...nextShards(this.#shard, { rest, unfinished: this.#unfinished, boundary }) };
  }

  /** What was found and done so far. */
  result(): SliceResult {
    const { counts, sample } = this.#tally;
    return {
      counts,
      sample,
      listed: { ...this.#listed },
      extras: this.#extras,
      mirroredExtras: this.#mirroredExtras,
    };
  }

  async *#nominees(
    mustStop: () => boolean,
    stopped: (at: Drawn) => void,
  ): AsyncGenerator<Nominee, void, void> {
    const { source, backup, scope } = this.#comparing;
    const { container, prefix, from, to, at, unordered } = this.#shard;
    const range = { prefix, ...toDetails(this.#comparing), ...(from !== undefined && { from }) };
    const list = (account: typeof source, after: string | undefined) => {
      const pages = account.listBlobs(container, {
        ...range,
        after: after === undefined ? undefined : parseBlobPath(after),
      });
      return unordered === true ? pages : upTo(pages, to, this.#order);
    };
    const drawn: Drawn = {
      source: at?.source === undefined ? undefined : parseBlobPath(at.source),
      backup: at?.backup === undefined ? undefined : parseBlobPath(at.backup),
    };
    const nominees = nominate(list(source, drawn.source), list(backup, drawn.backup), {
      ...this.#comparison,
      from: drawn,
      mustStop,
      onInStep: () => this.#passPair(),
    });
    let next = await nominees.next();
    for (; !next.done; next = await nominees.next()) {
      if (next.value.source !== undefined) this.#listed.source++;
      if (next.value.backup !== undefined) this.#listed.backup++;
      if (scope.includes(this.#key(next.value.path))) yield next.value;
    }
    if (next.value !== undefined) stopped(next.value);
  }

  #passPair(): void {
    this.#listed.source++;
    this.#listed.backup++;
    this.#tally.inStep();
  }

  async #handle({ path, source, backup }: Nominee): Promise<void> {
    this.#tally.nominated();
    if (source === undefined) {
      await this.#keepExtra(backup);
      return;
    }
    if (this.#context.dryRun) {
      const what = backup === undefined ? 'missing' : 'different';
      await this.#context.report(this.#tally.found(this.#key(path), what));
      return;
    }
    const place = this.#listed.source;
    if (backup === undefined && this.#listed.backup === 0) await this.#prepare();
    const readings = toReadings(source, backup);
    const copied = await this.#attempt(path, async () =>
      readings === undefined ? undefined : await this.#comparing.copyListed(this.#key(path), readings),
    );
    if (copied === 'failed') return;
    if (copied === undefined) {
      await this.#look(path);
      return;
    }
    await this.#tell(path, copied.verdict);
    if (copied.isNew) this.#newBlobs.add({ path, etag: source.etag, place });
    if (this.#newBlobs.isFull) await this.#verify();
  }

  /** Where the backup was seen to have nothing, its container may be lacking. What keeps it from being made, a copy will tell. */
  async #prepare(): Promise<void> {
    const { container } = this.#shard;
    this.#preparing ??= this.#comparing.prepareContainer(container).catch(() => undefined);
    await this.#preparing;
  }

  /** A directory goes with all that is below it, so that what is below is counted and needs no look of its own. */
  async #keepExtra({ path, isDirectory, stamp }: ListedBlob): Promise<void> {
    this.#extras++;
    if (stamp?.account === this.#comparing.source.account) this.#mirroredExtras++;
    if (this.#context.dryRun) {
      await this.#context.report(this.#tally.found(this.#key(path), 'extra'));
      return;
    }
    if (this.#extraDirectory !== undefined && path.startsWith(`${this.#extraDirectory}/`)) return;
    if (isDirectory && this.#comparing.scope.takesAllBelow(this.#key(path))) this.#extraDirectory = path;
    await this.#context.extra(path);
  }

  async #look(path: BlobPath): Promise<void> {
    const verdict = await this.#attempt(path, async () => await this.#comparing.converge(this.#key(path)));
    if (verdict !== 'failed') await this.#tell(path, verdict);
  }

  async #tell(path: BlobPath, verdict: Verdict): Promise<void> {
    if (verdict.verdict === 'unfinished') {
      this.#unfinished.push(path);
      return;
    }
    const line = this.#tally.verdict(this.#key(path), verdict);
    if (line !== undefined) await this.#context.report(line);
  }

  async #attempt<Result>(path: BlobPath, act: () => Promise<Result>): Promise<Result | 'failed'> {
    try {
      return await act();
    } catch (thrown) {
      await this.#context.report(this.#tally.failure(this.#key(path), toBlobmirrorError(thrown)));
      return 'failed';
    }
  }

  /** One at a time, since it takes what all have added. */
  async #verify(): Promise<void> {
    this.#verifying = this.#verifying.then(async () => await this.#newBlobs.verify());
    await this.#verifying;
  }

  /** Long copies go on for as long as there is time; then in the next slice, which finds them again. */
  async #finish(mustStop: () => boolean): Promise<void> {
    while (this.#unfinished.length > 0 && !mustStop())
      for (const path of this.#unfinished.splice(0)) await this.#look(path);
  }

  async #split({ source }: Drawn): Promise<string | undefined> {
    const { container, prefix, to, unordered } = this.#shard;
    if (unordered === true || source === undefined || this.#context.openShards >= ENOUGH_SHARDS)
      return undefined;
    const list = (range: ListRange) => this.#comparing.source.listBlobs(container, range);
    return await findBoundary(list, this.#comparison.isBefore, { prefix, after: source, to });
  }

  #key(path: BlobPath): Key {
    return { container: this.#shard.container, path };
  }
}

/** Undefined where a listing does not tell all that a copy takes. */
function toReadings(source: ListedBlob, backup: ListedBlob | undefined): ListedReadings | undefined {
  const onSource = source.reading();
  const onBackup = backup?.reading();
  if (onSource === undefined || (backup !== undefined && onBackup === undefined)) return undefined;
  return { source: onSource, backup: onBackup };
}
