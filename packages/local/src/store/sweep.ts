import type { Contents } from './contents.ts';
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

/** What has no reference: a content, or a file that no row came to refer to. */
interface Waiting {
  /** The newest request that may still read it. */
  readonly request: number;
  /** When it was last seen to be read, or first noticed: milliseconds of the steady clock. */
  since: number;
  /** Of the content; undefined for a file alone. */
  readonly id: number | undefined;
  readonly file: string | undefined;
}

/** Rows that one transaction frees, so that requests are served in between. */
const BATCH = 1000;
/** A request that was running has begun to read what it found, or to store what it wrote, long before this is over. */
const GRACE_MS = 10_000;

/**
 * Frees what nobody refers to: contents, files that were written for a request that then failed, and the rows of
 * deleted directories and containers. A content is freed when every request that was running when it lost its last
 * reference is over, so that a read of an overwritten blob can finish; or, when one of them goes on and on, after a
 * grace in which nothing read it.
 */
export class Sweep {
  readonly #database: Database;
  readonly #large: LargeContents;
  readonly #contents: Pick<Contents, 'isRead'>;
  readonly #requests: RunningRequests;
  readonly #graceMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #unreferenced: Statement;
  readonly #remove: Statement;
  readonly #gone: Statement;
  readonly #below: Statement;
  readonly #formerBelow: Statement;
  readonly #removeRow: Statement;
  readonly #discard: Statement;
  /** By the key by which it is read. */
  readonly #waiting = new Map<string, Waiting>();
  #timer: NodeJS.Immediate | undefined;
  #grace: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(
    database: Database,
    large: LargeContents,
    contents: Pick<Contents, 'isRead'>,
    requests: RunningRequests,
    onError: (error: unknown) => void,
    graceMs = GRACE_MS,
  ) {
    this.#database = database;
    this.#large = large;
    this.#contents = contents;
    this.#graceMs = graceMs;
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
    clearTimeout(this.#grace);
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
    const ready = [...this.#waiting].filter(([key, each]) => this.#isReady(key, each));
    // Whatever fails is noticed again: it has no reference then either.
    for (const [key] of ready) this.#waiting.delete(key);
    await this.#free(ready.map(([, each]) => each));
    if (this.#waiting.size > 0 && !this.#isStopped)
      this.#grace ??= setTimeout(() => {
        this.#grace = undefined;
        this.#schedule();
      }, this.#graceMs).unref();
    if (hasMore) this.#schedule();
  }

  #isReady(key: string, waiting: Waiting): boolean {
    if (this.#requests.areOver(waiting.request)) return true;
    // What was written is checked by reading it, and stored after that.
    if (this.#contents.isRead(key)) waiting.since = performance.now();
    return performance.now() - waiting.since > this.#graceMs;
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
    const note = (key: string, id: number | undefined, file: string | undefined): void => {
      if (this.#waiting.has(key)) return;
      this.#waiting.set(key, { request: this.#requests.newest, since: performance.now(), id, file });
    };
    for (const file of this.#large.unkept()) note(file, undefined, file);
    for (const [id, file] of this.#unreferenced.all())
      note(String(id), Number(id), typeof file === 'string' ? file : undefined);
  }

  async #free(all: readonly Waiting[]): Promise<void> {
    if (all.length === 0) return;
    const unkept = new Set(this.#large.unkept());
    const removed: string[] = [];
    const contents = all.filter(({ id, file }) => {
      if (id === undefined && file !== undefined && unkept.has(file)) removed.push(file);
      return id !== undefined;
    });
    if (contents.length > 0)
      this.#database.write(() => {
        for (const { id, file } of contents)
          // Another row may refer to it again.
          if (this.#remove.run(id ?? null).changes > 0 && file !== undefined) removed.push(file);
      });
    await this.#large.remove(removed);
  }
}
