import { isForeign } from '../../mirror/decide.ts';
import type { Ownership } from '../../mirror/decision.ts';
import type { BlobPath, ContainerName } from '../../model/key.ts';
import type { SliceResult } from '../shard.ts';
import type { ListedBlob } from '../../ports/blob-reader.ts';
import { type ForeignReason, type ComparedAccounts, type SliceContext, listedOwnerOf } from '../slice.ts';
import type { KeyCounter as Tally } from '../counts.ts';

/** What is asked of them. */
export interface ExtraRules extends Pick<ComparedAccounts, 'source' | 'backup' | 'scope' | 'policy'> {
  readonly container: ContainerName;
}

/**
 * The keys of a slice that only the backup has. Ours are written down for the end of the run, when the guards have
 * spoken and the heart looks at each; what somebody else put there is written down apart, and stays.
 *
 * A directory goes with all that is below it, so what is below is counted and needs no look of its own. One that has
 * something foreign below it stays, and is no deletion: a look at it finds that out, too.
 */
export class ExtraKeys {
  readonly #rules: ExtraRules;
  readonly #context: SliceContext;
  readonly #tally: Tally;
  readonly #foreign: Record<string, number> = {};
  #all = 0;
  #mirrored = 0;
  #deletions = 0;
  /** Stands for all that is below it. */
  #whole: string | undefined;
  /** Directories above the last key, each of which counts as a deletion so far. */
  #above: string[] = [];

  constructor(rules: ExtraRules, context: SliceContext, tally: Tally) {
    this.#rules = rules;
    this.#context = context;
    this.#tally = tally;
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
      await this.#context.report(this.#tally.recordDryRun({ container, path }, 'extra'));
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
        this.#tally.recordDryRun({ container: this.#rules.container, path }, 'foreign'),
      );
    else await this.#context.foreign({ path, reason });
  }

  /** Whose it is, as far as that keeps it: what may go is ours. */
  #ownerOf(entry: ListedBlob): Ownership {
    const { policy } = this.#rules;
    const owner = listedOwnerOf(this.#rules, entry);
    // Where deletions are kept altogether, that is why these stay.
    const isLeave = policy.deletes === 'keep' || policy.foreign === 'delete' || this.#context.deleteForeign;
    return isLeave && isForeign(owner) ? 'ours' : owner;
  }
}
