import { isForeign } from '../../mirror/decide.ts';
import type { Ownership } from '../../mirror/decision.ts';
import type { BlobPath, ContainerName } from '../../model/key.ts';
import type { SliceResult } from '../shard.ts';
import type { ListedBlob } from '../../ports/blob-reader.ts';
import { type ForeignReason, type ComparedAccounts, type SliceContext, listedOwnerOf } from '../slice.ts';
import type { KeyCounter } from '../counts.ts';

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
