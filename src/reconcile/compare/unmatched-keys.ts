import { isForeign } from '../../mirror/decide.ts';
import type { Ownership } from '../../mirror/decision.ts';
import { isStartIgnored } from '../../model/errors.ts';
import type { Etag } from '../../model/etag.ts';
import type { BlobPath, ContainerName } from '../../model/key.ts';
import type { BlobPage, ListRange, ListedBlob } from '../../ports/blob-reader.ts';
import type { KeyCounter } from '../counts.ts';
import type { SliceResult } from '../shard.ts';
import { type ComparedAccounts, type ForeignReason, type SliceContext, listedOwnerOf } from '../slice.ts';

/** What decides which extra keys may be deleted. */
export interface ExtraRules extends Pick<ComparedAccounts, 'source' | 'backup' | 'scope' | 'policy'> {
  readonly container: ContainerName;
}

/**
 * The keys of a slice that only the backup has. Ours are recorded for the end of the run, when the guards decide and the
 * mirror core checks each; foreign ones are recorded separately, and stay.
 *
 * A directory is deleted with its content, so the keys below it are counted but not recorded. A directory with something
 * foreign below it stays and counts as no deletion; the check of the directory finds that too.
 */
export class ExtraKeys {
  readonly #rules: ExtraRules;
  readonly #context: SliceContext;
  readonly #counter: KeyCounter;
  readonly #foreign: Record<string, number> = {};
  #all = 0;
  #mirrored = 0;
  #deletions = 0;
  /** The last recorded directory, which stands for all keys below it. */
  #whole: string | undefined;
  /** Directories above the last key that count as deletions so far. */
  #above: string[] = [];

  constructor(rules: ExtraRules, context: SliceContext, counter: KeyCounter) {
    this.#rules = rules;
    this.#context = context;
    this.#counter = counter;
  }

  get counts(): Pick<SliceResult, 'extras' | 'mirroredExtras' | 'deletions' | 'foreign'> {
    return {
      extras: this.#all,
      mirroredExtras: this.#mirrored,
      deletions: this.#deletions,
      ...(Object.keys(this.#foreign).length > 0 && { foreign: { ...this.#foreign } }),
    };
  }

  async add(entry: ListedBlob): Promise<void> {
    const { path, isDirectory } = entry;
    const { source, scope, container } = this.#rules;
    this.#all++;
    this.#above = this.#above.filter((directory) => path.startsWith(`${directory}/`));
    if (entry.stamp?.account === source.account) this.#mirrored++;
    const owner = isDirectory ? 'ours' : this.#ownerOf(entry);
    if (isForeign(owner)) {
      await this.#keepForeign(path, owner);
      return;
    }
    if (owner === 'ours') this.#deletions++;
    if (isDirectory) this.#above.push(path);
    if (this.#context.dryRun) {
      await this.#context.report(this.#counter.recordDryRun({ container, path }, 'extra'));
      return;
    }
    if (this.#whole !== undefined && path.startsWith(`${this.#whole}/`)) return;
    if (isDirectory && scope.takesAllBelow({ container, path })) this.#whole = path;
    await this.#context.extra(path);
  }

  async #keepForeign(path: BlobPath, owner: Ownership): Promise<void> {
    this.#deletions -= this.#above.length;
    this.#above = [];
    const reason: ForeignReason = owner === 'foreign' ? 'backup-foreign' : 'backup-foreign-no-room';
    this.#foreign[reason] = (this.#foreign[reason] ?? 0) + 1;
    if (this.#context.dryRun)
      await this.#context.report(
        this.#counter.recordDryRun({ container: this.#rules.container, path }, 'foreign'),
      );
    else await this.#context.foreign({ path, reason });
  }

  /** The owner, as far as it keeps the blob: one that may be deleted counts as ours. */
  #ownerOf(entry: ListedBlob): Ownership {
    const { policy } = this.#rules;
    const owner = listedOwnerOf(this.#rules, entry);
    // With BLOBMIRROR_DELETES=keep, that is the reason why these stay, not that they are foreign.
    const mayDelete = policy.deletes === 'keep' || policy.foreign === 'delete' || this.#context.deleteForeign;
    return mayDelete && isForeign(owner) ? 'ours' : owner;
  }
}

const PAGE_SIZE = 5000;

/** How the source is read again. */
export interface SourceListing {
  readonly list: (range: ListRange) => AsyncIterable<BlobPage>;
  /** The current ETag; undefined: there is no blob. One request. */
  readonly read: (path: BlobPath) => Promise<Etag | undefined>;
  /** Checks one key. */
  readonly converge: (path: BlobPath) => Promise<void>;
  readonly isBefore: (path: string, other: string) => boolean;
}

interface NewBlob {
  readonly path: BlobPath;
  readonly etag: Etag;
  /** The approximate position in the source's listing, in entries. */
  readonly place: number;
}

/**
 * Blobs that were created on the backup on the word of a listing. If-None-Match: * cannot tell "never there" from
 * "deleted meanwhile", so the source is read once more after each (invariant 5): by listing their stretch again,
 * thousands at once, if that takes fewer requests than reading each.
 */
export class NewBlobs {
  readonly #source: SourceListing;
  #blobs: NewBlob[] = [];

  constructor(source: SourceListing) {
    this.#source = source;
  }

  get isFull(): boolean {
    return this.#blobs.length >= PAGE_SIZE;
  }

  add(blob: NewBlob): void {
    this.#blobs.push(blob);
  }

  /** Reads the source once more for the added blobs, and checks those that changed. */
  async verify(): Promise<void> {
    const { isBefore, converge } = this.#source;
    const blobs = this.#blobs.toSorted((one, other) => (isBefore(one.path, other.path) ? -1 : 1));
    this.#blobs = [];
    const [first, last] = [blobs[0], blobs.at(-1)];
    if (first === undefined || last === undefined) return;
    const pages = Math.ceil((last.place - first.place + 1) / PAGE_SIZE) + 1;
    const moved = await (pages <= blobs.length
      ? this.#relist(blobs, first, last).catch(async (error: unknown) => {
          if (isStartIgnored(error)) return await this.#read(blobs);
          throw error;
        })
      : this.#read(blobs));
    for (const path of moved) await converge(path);
  }

  async #read(blobs: readonly NewBlob[]): Promise<readonly BlobPath[]> {
    const moved: BlobPath[] = [];
    for (const { path, etag } of blobs) if ((await this.#source.read(path)) !== etag) moved.push(path);
    return moved;
  }

  /** The paths that the listing no longer shows with the same ETag. That proves no deletion; the check does. */
  async #relist(blobs: readonly NewBlob[], first: NewBlob, last: NewBlob): Promise<readonly BlobPath[]> {
    const { list, isBefore } = this.#source;
    const left = new Map(blobs.map(({ path, etag }) => [path, etag] as const));
    for await (const { entries } of list({ from: first.path })) {
      for (const { path, etag } of entries) if (left.get(path) === etag) left.delete(path);
      const end = entries.at(-1)?.path;
      if (left.size === 0 || (end !== undefined && isBefore(last.path, end))) break;
    }
    return [...left.keys()];
  }
}
