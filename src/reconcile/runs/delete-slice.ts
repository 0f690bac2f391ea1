import { isForeign } from '../../mirror/decide.ts';
import { type BlobmirrorError, gravestError, toBlobmirrorError } from '../../model/errors.ts';
import { type Key, parseBlobPath } from '../../model/key.ts';
import type { Run } from '../../api/run.ts';
import type { DeleteShard, DirectoryRest, SliceResult } from '../shard.ts';
import { isDirectoryKept, type Verdict } from '../../model/verdict.ts';
import { convergeAll } from '../nominate.ts';
import { type SliceContext, listedOwnerOf } from '../slice.ts';
import { readExtras } from './extras.ts';
import type { ReconcilerParts } from './reconciler-context.ts';
import { KeyCounter } from '../counts.ts';

type Parts = Pick<ReconcilerParts, 'source' | 'backup' | 'documents' | 'converge' | 'foreign' | 'clock'>;

/** A key to check, or the rest of what is below a directory. */
type Task = { readonly key: Key } | DirectoryRest;

/**
 * Has the mirror core check the keys that only the backup has, from a line of the container's list on. The mirror core
 * deletes what it proves to be gone at the source; nothing is decided here. A directory that stays, because something
 * below it is foreign or it is too large, is walked key by key.
 *
 * @throws BlobmirrorError if every key failed and the gravest error may pass
 */
export async function deleteSlice(
  parts: Parts,
  run: Run,
  shard: DeleteShard,
  context: Pick<SliceContext, 'report' | 'budgetMs' | 'signal' | 'deleteForeign'>,
): Promise<SliceResult> {
  return await new DeleteSlice(parts, run, shard, context).run();
}

class DeleteSlice {
  readonly #parts: Parts;
  readonly #run: Run;
  readonly #shard: DeleteShard;
  readonly #context: Pick<SliceContext, 'report' | 'signal' | 'deleteForeign'>;
  readonly #end: number;
  readonly #counter = new KeyCounter();
  readonly #errors: BlobmirrorError[] = [];
  /** Directories that the next slice continues, besides the remaining lines. */
  readonly #below: DirectoryRest[] = [];
  #lines = 0;
  /** Entries below directories that were passed. */
  #passed = 0;
  #checks = 0;
  #isStopped = false;

  constructor(
    parts: Parts,
    run: Run,
    shard: DeleteShard,
    { budgetMs, ...context }: Pick<SliceContext, 'report' | 'budgetMs' | 'signal' | 'deleteForeign'>,
  ) {
    this.#parts = parts;
    this.#run = run;
    this.#shard = shard;
    this.#context = context;
    this.#end = parts.clock.now() + budgetMs;
  }

  async run(): Promise<SliceResult> {
    await convergeAll(this.#tasks(), async (task) => {
      if ('directory' in task) await this.#goBelow(task);
      else if (isLeft(await this.#converge(task.key))) await this.#goBelow({ directory: task.key.path });
    });
    const error = gravestError(this.#errors);
    if (error?.disposition === 'retry' && this.#errors.length === this.#checks) throw error;
    const { below: _, ...shard } = this.#shard;
    const isOver = !this.#isStopped && this.#below.length === 0;
    return {
      counts: this.#counter.counts,
      sample: this.#counter.sample,
      listed: { source: 0, backup: 0 },
      extras: 0,
      mirroredExtras: 0,
      next: isOver
        ? undefined
        : {
            ...shard,
            line: shard.line + this.#lines,
            ...(this.#below.length > 0 && { below: this.#below }),
          },
    };
  }

  async *#tasks(): AsyncGenerator<Task, void, void> {
    const { container, line, below = [] } = this.#shard;
    yield* below;
    for await (const path of readExtras(this.#parts.documents, this.#run, container, line)) {
      if (this.#mustStop()) {
        this.#isStopped = true;
        return;
      }
      this.#lines++;
      yield { key: { container, path } };
    }
  }

  /** Not before one line or entry is passed, so that every slice makes progress. */
  #mustStop(): boolean {
    const isLate = this.#context.signal.aborted || this.#parts.clock.now() >= this.#end;
    return isLate && this.#lines + this.#passed > 0;
  }

  /** Undefined: the check failed. */
  async #converge(key: Key): Promise<Verdict | undefined> {
    this.#checks++;
    try {
      const permission = this.#context.deleteForeign ? ({ deleteForeign: true } as const) : undefined;
      const verdict = await this.#parts.converge(key, permission);
      // A directory that is too large is walked key by key: no skip.
      const isSkipped = verdict.verdict === 'skipped' && verdict.reason === 'directory-too-large';
      const line = isSkipped ? undefined : this.#counter.recordVerdict(key, verdict);
      // Undefined: the key is in step now.
      if (line !== undefined) await this.#context.report(line);
      return verdict;
    } catch (thrown) {
      const error = toBlobmirrorError(thrown);
      this.#errors.push(error);
      await this.#context.report(this.#counter.recordFailure(key, error));
      return undefined;
    }
  }

  /** Checks what is below a directory, top down: a directory without foreign content is deleted as a whole. */
  async #goBelow({ directory, after, marker }: DirectoryRest): Promise<void> {
    let last = after;
    const keys = async function* (this: DeleteSlice): AsyncGenerator<Key, void, void> {
      const { container } = this.#shard;
      const range = {
        prefix: `${directory}/`,
        after: last === undefined ? undefined : parseBlobPath(last),
        marker,
      };
      let gone: string | undefined;
      for await (const page of this.#parts.backup.listBlobs(container, range)) {
        for (const entry of page.entries) {
          const { path } = entry;
          if (gone !== undefined && path.startsWith(gone)) continue;
          if (this.#mustStop()) {
            this.#below.push({
              directory,
              ...(last !== undefined && { after: last }),
              ...(page.marker !== undefined && { marker: page.marker }),
            });
            return;
          }
          last = path;
          this.#passed++;
          if (!entry.isDirectory && this.#isKept(entry)) continue;
          if (!entry.isDirectory) yield { container, path };
          else if ((await this.#converge({ container, path }))?.verdict === 'deleted') gone = `${path}/`;
        }
      }
    };
    await convergeAll(keys.call(this), async (key) => void (await this.#converge(key)));
  }

  /** Foreign, and reported when the listings were compared. */
  #isKept(entry: Parameters<typeof listedOwnerOf>[1]): boolean {
    const { foreign } = this.#parts;
    return foreign === 'keep' && !this.#context.deleteForeign && isForeign(listedOwnerOf(this.#parts, entry));
  }
}

function isLeft(verdict: Verdict | undefined): boolean {
  return verdict !== undefined && isDirectoryKept(verdict);
}
