import type { ListedCopy, ListedReadings } from '../../mirror/listed-keys.ts';
import { readRoots } from '../../mirror/converge-container.ts';
import { isSameAccess } from '../../model/access.ts';
import { toBlobmirrorError } from '../../model/errors.ts';
import type { Etag } from '../../model/etag.ts';
import type { BlobPath, ContainerName, Key } from '../../model/key.ts';
import type { ComparedPath } from '../shard.ts';
import { holdsDeletions, type Verdict } from '../../model/verdict.ts';
import type { ListedBlob } from '../../ports/blob-reader.ts';
import type { Nominee } from '../nominate.ts';
import type { ComparedAccounts, SliceContext } from '../slice.ts';
import { SliceAdoption, type AdoptionRules } from './slice-adoption.ts';
import { ExtraKeys, NewBlobs } from './unmatched-keys.ts';
import type { KeyCounter } from '../counts.ts';

/** What a slice compares, and the operations of the mirror core. */
export interface CompareParts extends ComparedAccounts {
  readonly converge: (key: Key, since?: Date, leave?: { readonly deleteForeign: true }) => Promise<Verdict>;
  readonly copyListed: (key: Key, readings: ListedReadings) => Promise<ListedCopy | undefined>;
  readonly adopt: AdoptionRules['adopt'];
  readonly prepareContainer: (container: ContainerName) => Promise<void>;
  readonly convergeRoot: (container: ContainerName) => Promise<Verdict | undefined>;
}

/** The stretch that a slice walks. */
export interface ComparedRange {
  readonly container: ContainerName;
  readonly prefix: string;
  readonly isBefore: (path: string, other: string) => boolean;
  /** Entries that were passed so far. */
  readonly listed: { readonly source: number; readonly backup: number };
}

/** What an earlier slice left. */
interface CarriedOver {
  readonly unfinished: readonly BlobPath[];
  readonly compared: readonly ComparedPath[];
  readonly mustStop: () => boolean;
}

/** Handles the keys of a slice that do not look in step, and counts and reports their results. */
export class OutOfStepKeys {
  readonly #comparing: CompareParts;
  readonly #walked: ComparedRange;
  readonly #context: SliceContext;
  readonly #counter: KeyCounter;
  readonly #newBlobs: NewBlobs;
  /** Paths whose long copies are unfinished. */
  readonly unfinished: BlobPath[];
  /** Keys of a hierarchical source that something on the backup blocks from being mirrored. */
  blocked = 0;
  readonly extraKeys: ExtraKeys;
  /** Undefined: the run adopts nothing. */
  readonly adoption: SliceAdoption | undefined;
  #verifying: Promise<void> = Promise.resolve();
  #preparing: Promise<void> | undefined;

  constructor(
    comparing: CompareParts,
    walked: ComparedRange,
    context: SliceContext,
    counter: KeyCounter,
    { unfinished, compared, mustStop }: CarriedOver,
  ) {
    const { container, prefix, isBefore } = walked;
    const { adopt: by } = context;
    this.#comparing = comparing;
    this.#walked = walked;
    this.#context = context;
    this.#counter = counter;
    this.unfinished = [...unfinished];
    this.adoption =
      by === undefined ? undefined : new SliceAdoption({ ...comparing, container, by, mustStop }, compared);
    this.extraKeys = new ExtraKeys({ ...comparing, container }, context, counter);
    this.#newBlobs = new NewBlobs({
      isBefore,
      list: (range) => comparing.source.listBlobs(container, { prefix, ...range }),
      read: async (path) => {
        const reading = await comparing.source.read(this.#key(path));
        return reading.present ? reading.etag : undefined;
      },
      converge: async (path) => await this.#converge(path),
    });
  }

  async handle({ path, source, backup }: Nominee): Promise<void> {
    this.#counter.countNominated();
    if (source === undefined) {
      await this.extraKeys.add(backup);
      return;
    }
    const readings = toReadings(source, backup);
    if (this.#context.dryRun) {
      const isAdoptable = readings !== undefined && (await this.adoption?.count(path, readings)) === true;
      const what = backup === undefined ? 'missing' : isAdoptable ? 'adoptable' : 'different';
      await this.#context.report(this.#counter.recordDryRun(this.#key(path), what));
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
      await this.#converge(path);
      return;
    }
    await this.#report(path, copied.verdict);
    if (copied.isUnproven) await this.#proveLater(path, source.etag, place);
  }

  /** The source is read once more (invariant 5), with that of other keys. */
  async #proveLater(path: BlobPath, etag: Etag, place: number): Promise<void> {
    this.#newBlobs.add({ path, etag, place });
    if (this.#newBlobs.isFull) await this.#verify();
  }

  /** Compares the root of the container, which no listing shows. False: the backup has no such container. */
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
    this.#counter.countNominated();
    const line =
      found === 'different'
        ? this.#counter.recordDryRun(root, found)
        : this.#counter.recordVerdict(root, found);
    if (line !== undefined) await this.#context.report(line);
    return true;
  }

  async #isRootSame(): Promise<'same' | 'different' | 'missing'> {
    const roots = await readRoots(this.#comparing, this.#walked.container);
    if (roots === undefined) return 'missing';
    return isSameAccess(roots.wanted, roots.there) ? 'same' : 'different';
  }

  /** Creates the container if the backup lists nothing in it. If that fails, the first copy reports why. */
  async #prepare(): Promise<void> {
    const { container } = this.#walked;
    this.#preparing ??= this.#comparing.prepareContainer(container).catch(() => undefined);
    await this.#preparing;
  }

  /** False: the key must be copied. */
  async #adopt(path: BlobPath, readings?: ListedReadings): Promise<boolean> {
    if (this.adoption === undefined) return false;
    const { adoption } = this;
    // On hierarchical accounts, and if a listing lacks properties, both sides are read.
    const known = this.#comparing.hierarchical ? undefined : readings;
    const adopted = await this.#attempt(path, async () => await adoption.adopt(path, known));
    if (adopted === undefined) return false;
    if (adopted === 'failed') return true;
    if ('unfinished' in adopted) {
      this.unfinished.push(path);
      return true;
    }
    await this.#report(path, adopted.verdict);
    if (!adopted.hasMore) {
      if (adopted.unproven !== undefined)
        await this.#proveLater(path, adopted.unproven, this.#walked.listed.source);
      return true;
    }
    const rest = await this.#attempt(path, async () => await this.#comparing.converge(this.#key(path)));
    // Only what is left undone is a result of its own.
    if (rest !== 'failed' && isLeftOver(rest)) await this.#report(path, rest);
    return true;
  }

  async #converge(path: BlobPath): Promise<void> {
    if (this.adoption?.isUnderWay(path) === true && (await this.#adopt(path))) return;

    // With this permission, the source's blob also replaces a foreign one.
    const leave = this.#context.deleteForeign ? ({ deleteForeign: true } as const) : undefined;
    const verdict = await this.#attempt(
      path,
      async () => await this.#comparing.converge(this.#key(path), undefined, leave),
    );
    if (verdict !== 'failed') await this.#report(path, verdict);
  }

  async #report(path: BlobPath, verdict: Verdict): Promise<void> {
    if (verdict.verdict === 'unfinished') {
      this.unfinished.push(path);
      return;
    }
    if (this.#comparing.hierarchical && holdsDeletions(verdict)) this.blocked++;
    const line = this.#counter.recordVerdict(this.#key(path), verdict);
    if (line !== undefined) await this.#context.report(line);
  }

  async #attempt<Result>(path: BlobPath | '', act: () => Promise<Result>): Promise<Result | 'failed'> {
    try {
      return await act();
    } catch (thrown) {
      await this.#context.report(
        this.#counter.recordFailure({ container: this.#walked.container, path }, toBlobmirrorError(thrown)),
      );
      return 'failed';
    }
  }

  /** One call at a time, since each takes all blobs that were added. */
  async #verify(): Promise<void> {
    this.#verifying = this.#verifying.then(async () => await this.#newBlobs.verify());
    await this.#verifying;
  }

  /** Continues long copies while there is time; the next slice gets the rest. */
  async finish(mustStop: () => boolean): Promise<void> {
    await this.#verify();
    while (this.unfinished.length > 0 && !mustStop())
      for (const path of this.unfinished.splice(0)) await this.#converge(path);
    // Of those whose long comparison ended just now.
    await this.#verify();
  }

  #key(path: BlobPath): Key {
    return { container: this.#walked.container, path };
  }
}

/** Whether a key is not in step after its check. */
function isLeftOver(verdict: Verdict): boolean {
  return verdict.verdict === 'skipped' || verdict.verdict === 'unfinished' || 'access' in verdict;
}

/** Undefined: a listing lacks properties that a copy needs. */
function toReadings(source: ListedBlob, backup: ListedBlob | undefined): ListedReadings | undefined {
  const onSource = source.reading();
  const onBackup = backup?.reading();
  if (onSource === undefined || (backup !== undefined && onBackup === undefined)) return undefined;
  return { source: onSource, backup: onBackup };
}
