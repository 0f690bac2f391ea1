import type { Database, Statement } from './database.ts';
import type { LargeContents } from './large-contents.ts';

/** Which requests are running, so that nothing is freed that one of them may still read. */
export interface RunningRequests {
  /** The number of the newest request so far. */
  readonly newest: number;
  /** True when every request up to that number is over. */
  areOver(upTo: number): boolean;
  onEnd(listener: () => void): void;
}

interface Waiting {
  /** The newest request that may still read them. */
  readonly request: number;
  readonly contents: readonly { readonly id: number; readonly file: string | undefined }[];
  /** Files that no row referred to then. */
  readonly files: readonly string[];
}

/** Rows that one transaction frees, so that requests are served in between. */
const BATCH = 1000;

/**
 * Frees what nobody refers to: contents, files that were written for a request that then failed, and the rows of
 * deleted directories and containers. A content is freed when every request that was running when it lost its last
 * reference is over, so that a read of an overwritten blob can finish.
 */
export class Sweep {
  readonly #database: Database;
  readonly #large: LargeContents;
  readonly #requests: RunningRequests;
  readonly #onError: (error: unknown) => void;
  readonly #unreferenced: Statement;
  readonly #remove: Statement;
  readonly #gone: Statement;
  readonly #below: Statement;
  readonly #formerBelow: Statement;
  readonly #removeRow: Statement;
  readonly #discard: Statement;
  readonly #known = new Set<number>();
  readonly #waiting: Waiting[] = [];
  #timer: NodeJS.Immediate | undefined;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(
    database: Database,
    large: LargeContents,
    requests: RunningRequests,
    onError: (error: unknown) => void,
  ) {
    this.#database = database;
    this.#large = large;
    this.#requests = requests;
    this.#onError = onError;
    this.#unreferenced = database.prepare(`SELECT id, file FROM contents WHERE refs = 0 LIMIT ${BATCH}`);
    this.#remove = database.prepare('DELETE FROM contents WHERE id = ? AND refs = 0');
    this.#gone = database.prepare(
      `SELECT id FROM blobs WHERE parent = 0 AND state <> 'current' AND state = 'gone' LIMIT 1`,
    );
    this.#below = database.prepare(
      `SELECT id, kind FROM blobs WHERE parent = ? AND state = 'current' LIMIT ${BATCH}`,
    );
    this.#formerBelow = database.prepare(
      `SELECT id, kind FROM blobs WHERE parent = ? AND state <> 'current' LIMIT ${BATCH}`,
    );
    this.#removeRow = database.prepare('DELETE FROM blobs WHERE id = ?');
    this.#discard = database.prepare(
      `UPDATE blobs SET parent = 0, name = id, state = 'gone', snapshot = '' WHERE id = ?`,
    );
    // What failed is tried again after somebody else's success: a disk that is full would keep the process busy.
    database.onEnd((isCommitted) => {
      if (isCommitted) this.#schedule();
    });
    requests.onEnd(() => this.#schedule());
    this.#schedule();
  }

  /** Waits for what is being freed; nothing is freed afterwards. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearImmediate(this.#timer);
    await this.#running;
  }

  #schedule(): void {
    if (this.#isStopped || this.#timer !== undefined) return;
    this.#timer = setImmediate(() => {
      this.#timer = undefined;
      this.#running = this.#running.then(() => this.#sweep()).catch(this.#onError);
    });
  }

  async #sweep(): Promise<void> {
    if (this.#isStopped) return;
    const hasMore = this.#dissolve();
    this.#await();
    const ready = this.#waiting.filter(({ request }) => this.#requests.areOver(request));
    for (const each of ready) {
      this.#waiting.splice(this.#waiting.indexOf(each), 1);
      await this.#free(each);
    }
    if (hasMore) this.#schedule();
  }

  /** Removes some rows below a directory that is gone; true when there are more. */
  #dissolve(): boolean {
    const directory = this.#gone.get()?.[0];
    if (directory === undefined || directory === null) return false;
    this.#database.write(() => {
      const former = this.#formerBelow.all(directory);
      const rows = former.length > 0 ? former : this.#below.all(directory);
      for (const [id, kind] of rows)
        if (id !== undefined) (kind === 'directory' ? this.#discard : this.#removeRow).run(id);
      if (rows.length === 0) this.#removeRow.run(directory);
    });
    return true;
  }

  /** Notes what has no reference now, and which requests may still read it. */
  #await(): void {
    const files = this.#large
      .unkept()
      .filter((file) => !this.#waiting.some((each) => each.files.includes(file)));
    const contents = this.#unreferenced
      .all()
      .map(([id, file]) => ({ id: Number(id), file: typeof file === 'string' ? file : undefined }))
      .filter(({ id }) => !this.#known.has(id));
    if (contents.length === 0 && files.length === 0) return;
    for (const { id } of contents) this.#known.add(id);
    this.#waiting.push({ request: this.#requests.newest, contents, files });
  }

  async #free({ contents, files }: Waiting): Promise<void> {
    const unkept = this.#large.unkept();
    const removed: string[] = files.filter((file) => unkept.includes(file));
    // Whatever fails is noticed again: it has no reference then either.
    for (const { id } of contents) this.#known.delete(id);
    if (contents.length > 0)
      this.#database.write(() => {
        for (const { id, file } of contents)
          // Another row may refer to it again.
          if (this.#remove.run(id).changes > 0 && file !== undefined) removed.push(file);
      });
    await this.#large.remove(removed);
  }
}
