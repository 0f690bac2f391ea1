import type { ListedCopy, ListedReadings } from '../../mirror/listed-keys.ts';
import { readRoots } from '../../mirror/converge-container.ts';
import { isSameAccess } from '../../model/access.ts';
import { toBlobmirrorError } from '../../model/errors.ts';
import type { BlobPath, ContainerName, Key } from '../../model/key.ts';
import type { ComparedPath } from '../shard.ts';
import { isBlockedByBackup, type Verdict } from '../../model/verdict.ts';
import type { ListedBlob } from '../../ports/blob-reader.ts';
import type { Nominee } from '../nominate.ts';
import type { ComparedAccounts, SliceContext } from '../slice.ts';
import { SliceAdoption, type AdoptionRules } from './slice-adoption.ts';
import { ExtraKeys } from './extra-keys.ts';
import { NewBlobs } from './new-blobs.ts';
import type { KeyCounter as Tally } from '../counts.ts';

/** What keys are brought in step with. */
export interface CompareParts extends ComparedAccounts {
  readonly converge: (key: Key, since?: Date, leave?: { readonly deleteForeign: true }) => Promise<Verdict>;
  readonly copyListed: (key: Key, readings: ListedReadings) => Promise<ListedCopy | undefined>;
  readonly adopt: AdoptionRules['adopt'];
  readonly prepareContainer: (container: ContainerName) => Promise<void>;
  readonly convergeRoot: (container: ContainerName) => Promise<Verdict | undefined>;
}

/** The stretch that a slice walks, as far as its keys are concerned. */
export interface ComparedRange {
  readonly container: ContainerName;
  readonly prefix: string;
  readonly isBefore: (path: string, other: string) => boolean;
  /** Entries that were drawn so far. */
  readonly listed: { readonly source: number; readonly backup: number };
}

/** What an earlier slice left, and how long this one may work on it. */
interface CarriedOver {
  readonly unfinished: readonly BlobPath[];
  readonly compared: readonly ComparedPath[];
  readonly mustStop: () => boolean;
}

/** What becomes of the keys of a slice that do not look in step, and what is counted and reported of them. */
export class OutOfStepKeys {
  readonly #comparing: CompareParts;
  readonly #walked: ComparedRange;
  readonly #context: SliceContext;
  readonly #tally: Tally;
  readonly #newBlobs: NewBlobs;
  /** Paths whose long copies are not done. */
  readonly unfinished: BlobPath[];
  /** Keys of a hierarchical source that something on the backup kept from being mirrored. */
  blocked = 0;
  readonly extraKeys: ExtraKeys;
  /** Undefined where the run adopts nothing. */
  readonly adoption: SliceAdoption | undefined;
  #verifying: Promise<void> = Promise.resolve();
  #preparing: Promise<void> | undefined;

  constructor(
    comparing: CompareParts,
    walked: ComparedRange,
    context: SliceContext,
    tally: Tally,
    { unfinished, compared, mustStop }: CarriedOver,
  ) {
    const { container, prefix, isBefore } = walked;
    const { adopt: by } = context;
    this.#comparing = comparing;
    this.#walked = walked;
    this.#context = context;
    this.#tally = tally;
    this.unfinished = [...unfinished];
    this.adoption =
      by === undefined ? undefined : new SliceAdoption({ ...comparing, container, by, mustStop }, compared);
    this.extraKeys = new ExtraKeys({ ...comparing, container }, context, tally);
    this.#newBlobs = new NewBlobs({
      isBefore,
      list: (range) => comparing.source.listBlobs(container, { prefix, ...range }),
      read: async (path) => {
        const reading = await comparing.source.read(this.#key(path));
        return reading.present ? reading.etag : undefined;
      },
      converge: async (path) => await this.#look(path),
    });
  }

  async handle({ path, source, backup }: Nominee): Promise<void> {
    this.#tally.countNominated();
    if (source === undefined) {
      await this.extraKeys.add(backup);
      return;
    }
    const readings = toReadings(source, backup);
    if (this.#context.dryRun) {
      const isAdoptable = readings !== undefined && (await this.adoption?.count(path, readings)) === true;
      const what = backup === undefined ? 'missing' : isAdoptable ? 'adoptable' : 'different';
      await this.#context.report(this.#tally.recordDryRun(this.#key(path), what));
      return;
    }
    const place = this.#walked.listed.source;
    if (backup === undefined && this.#walked.listed.backup === 0) await this.#prepare();
    if (backup?.stamp === undefined && backup !== undefined && (await this.#adopt(path, readings))) return;
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

  /** The root of the container, which no listing shows. False when the backup has no such container, or has it no more. */
  async compareRoot(): Promise<boolean> {
    const root = { container: this.#walked.container, path: '' } as const;
    const found = await this.#attempt('', async () =>
      this.#context.dryRun
        ? await this.#isRootSame()
        : ((await this.#comparing.convergeRoot(root.container)) ?? 'missing'),
    );
    if (found === 'missing') return false;
    if (found === 'failed' || found === 'same') return true;
    if (found !== 'different' && found.verdict === 'in-sync') return true;
    this.#tally.countNominated();
    const line =
      found === 'different' ? this.#tally.recordDryRun(root, found) : this.#tally.recordVerdict(root, found);
    if (line !== undefined) await this.#context.report(line);
    return true;
  }

  async #isRootSame(): Promise<'same' | 'different' | 'missing'> {
    const roots = await readRoots(this.#comparing, this.#walked.container);
    if (roots === undefined) return 'missing';
    return isSameAccess(roots.wanted, roots.there) ? 'same' : 'different';
  }

  /** Where the backup was seen to have nothing, its container may be lacking. What keeps it from being made, a copy will tell. */
  async #prepare(): Promise<void> {
    const { container } = this.#walked;
    this.#preparing ??= this.#comparing.prepareContainer(container).catch(() => undefined);
    await this.#preparing;
  }

  /** False where it is to be brought over like any other. */
  async #adopt(path: BlobPath, readings?: ListedReadings): Promise<boolean> {
    if (this.adoption === undefined) return false;
    const { adoption } = this;
    // In a tree, and where a listing does not tell all, both sides are read.
    const known = this.#comparing.hierarchical ? undefined : readings;
    const adopted = await this.#attempt(path, async () => await adoption.adopt(path, known));
    if (adopted === undefined) return false;
    if (adopted === 'failed') return true;
    if ('unfinished' in adopted) {
      this.unfinished.push(path);
      return true;
    }
    await this.#tell(path, adopted.verdict);
    if (!adopted.hasMore) return true;
    const rest = await this.#attempt(path, async () => await this.#comparing.converge(this.#key(path)));
    // What came of it well is no other key of the report.
    if (rest !== 'failed' && isLeftOver(rest)) await this.#tell(path, rest);
    return true;
  }

  async #look(path: BlobPath): Promise<void> {
    if (this.adoption?.isUnderWay(path) === true && (await this.#adopt(path))) return;

    // By leave, what is foreign gives way to what the source has, too.
    const leave = this.#context.deleteForeign ? ({ deleteForeign: true } as const) : undefined;
    const verdict = await this.#attempt(
      path,
      async () => await this.#comparing.converge(this.#key(path), undefined, leave),
    );
    if (verdict !== 'failed') await this.#tell(path, verdict);
  }

  async #tell(path: BlobPath, verdict: Verdict): Promise<void> {
    if (verdict.verdict === 'unfinished') {
      this.unfinished.push(path);
      return;
    }
    if (this.#comparing.hierarchical && isBlockedByBackup(verdict)) this.blocked++;
    const line = this.#tally.recordVerdict(this.#key(path), verdict);
    if (line !== undefined) await this.#context.report(line);
  }

  async #attempt<Result>(path: BlobPath | '', act: () => Promise<Result>): Promise<Result | 'failed'> {
    try {
      return await act();
    } catch (thrown) {
      await this.#context.report(
        this.#tally.recordFailure({ container: this.#walked.container, path }, toBlobmirrorError(thrown)),
      );
      return 'failed';
    }
  }

  /** One at a time, since it takes what all have added. */
  async #verify(): Promise<void> {
    this.#verifying = this.#verifying.then(async () => await this.#newBlobs.verify());
    await this.#verifying;
  }

  /** Long copies go on for as long as there is time; then in the next slice, which is given them. */
  async finish(mustStop: () => boolean): Promise<void> {
    await this.#verify();
    while (this.unfinished.length > 0 && !mustStop())
      for (const path of this.unfinished.splice(0)) await this.#look(path);
  }

  #key(path: BlobPath): Key {
    return { container: this.#walked.container, path };
  }
}

/** Whether a key is not in step after a look. */
function isLeftOver(verdict: Verdict): boolean {
  return verdict.verdict === 'skipped' || verdict.verdict === 'unfinished' || 'access' in verdict;
}

/** Undefined where a listing does not tell all that a copy takes. */
function toReadings(source: ListedBlob, backup: ListedBlob | undefined): ListedReadings | undefined {
  const onSource = source.reading();
  const onBackup = backup?.reading();
  if (onSource === undefined || (backup !== undefined && onBackup === undefined)) return undefined;
  return { source: onSource, backup: onBackup };
}
