import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { APPLICATION_ID, SCHEMA_STEPS } from './schema.ts';
import { storeError, fromSqlite } from './store-error.ts';

export type Value = SQLInputValue;
/** The columns of a row, in the order of the query. */
export type Row = readonly SQLOutputValue[];

/** A prepared statement. */
export interface Statement {
  /** `changes`: rows; `id`: of the last row inserted. */
  run(...values: Value[]): { changes: number; id: number };
  get(...values: Value[]): Row | undefined;
  all(...values: Value[]): readonly Row[];
}

const IN_MEMORY = ':memory:';
/** Bytes of the database that are kept in memory; a database in memory is there as a whole. */
const CACHE_KIB = 32 * 1024;
/** Pages of 8 KiB after which the log is written into the database. */
const CHECKPOINT_PAGES = 2000;

/**
 * The SQLite database of a store.
 *
 * A transaction that is committed survives the death of the process at any moment. After a power failure the
 * database is consistent, and may lack the last transactions: they are forced to the disk with each checkpoint
 * and not one by one (`synchronous = NORMAL`, sqlite.org/pragma.html#pragma_synchronous).
 *
 * The calls do not await: what happens between two awaits is atomic for all others.
 */
export class Database {
  readonly #file: string;
  readonly #onError: (error: unknown) => void;
  readonly #sqlite: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #onEnd: ((isCommitted: boolean) => void)[] = [];
  #isWriting = false;

  /**
   * Opens or creates the database; in memory when there is no file.
   *
   * @param onError called for each failure of the database or its disk after the start. Must not throw.
   * @throws StoreError
   */
  constructor(file: string | undefined, onError: (error: unknown) => void = () => {}) {
    this.#onError = onError;
    this.#file = file ?? IN_MEMORY;
    let sqlite: DatabaseSync | undefined;
    try {
      sqlite = new DatabaseSync(this.#file);
      prepare(sqlite, this.#file);
      this.#sqlite = sqlite;
      this.#begin = sqlite.prepare('BEGIN IMMEDIATE');
      this.#commit = sqlite.prepare('COMMIT');
      this.#rollback = sqlite.prepare('ROLLBACK');
    } catch (error) {
      if (sqlite?.isOpen === true) sqlite.close();
      throw fromSqlite(error, this.#file);
    }
  }

  get file(): string {
    return this.#file;
  }

  prepare(sql: string): Statement {
    const statement = this.#sqlite.prepare(sql);
    statement.setReturnArrays(true);
    const ask = <Result>(run: () => Result): Result => {
      try {
        return run();
      } catch (error) {
        throw this.#told(error);
      }
    };
    return {
      run: (...values) =>
        ask(() => {
          const { changes, lastInsertRowid } = statement.run(...values);
          return { changes: Number(changes), id: Number(lastInsertRowid) };
        }),
      get: (...values) => ask(() => toRow(statement.get(...values))),
      all: (...values) => ask(() => toRows(statement.all(...values))),
    };
  }

  /**
   * One transaction: everything that `change` does, or nothing when it throws. Part of the transaction around
   * it when there is one.
   *
   * @throws StoreError when it cannot be committed
   */
  write<Result>(change: () => Result): Result {
    if (this.#isWriting) return change();
    let result: Result;
    try {
      this.#begin.run();
      this.#isWriting = true;
      result = change();
      this.#commit.run();
    } catch (error) {
      try {
        this.#undo();
      } finally {
        this.#end(false);
      }
      throw this.#told(error);
    }
    this.#end(true);
    return result;
  }

  /** Called after each transaction, with whether it was committed. Must not throw. */
  onEnd(listener: (isCommitted: boolean) => void): void {
    this.#onEnd.push(listener);
  }

  /** Writes the log into the database. Further calls do nothing. */
  close(): void {
    if (this.#sqlite.isOpen) this.#sqlite.close();
  }

  #end(isCommitted: boolean): void {
    this.#isWriting = false;
    for (const listener of this.#onEnd) listener(isCommitted);
  }

  /** An error of SQLite as one of the store, which is told once; any other error unchanged. */
  #told(error: unknown): unknown {
    const told = fromSqlite(error, this.#file);
    if (told !== error) this.#onError(told);
    return told;
  }

  /** SQLite has rolled back itself after some errors, such as that of a full disk. */
  #undo(): void {
    if (this.#sqlite.isTransaction) this.#rollback.run();
  }
}

function prepare(sqlite: DatabaseSync, file: string): void {
  // Before the log is used, so that the log's index is in memory and no other process can open the database.
  sqlite.exec('PRAGMA locking_mode = EXCLUSIVE');
  const version = numberOf(sqlite, 'user_version');
  const application = numberOf(sqlite, 'application_id');
  const isEmpty = numberOf(sqlite, 'page_count') === 0;
  if (!isEmpty && application !== APPLICATION_ID) throw storeError('foreign', file);
  if (version > SCHEMA_STEPS.length) throw storeError('newer', file);
  if (isEmpty) sqlite.exec('PRAGMA page_size = 8192');
  sqlite.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA temp_store = MEMORY;
  `);
  if (version === SCHEMA_STEPS.length) {
    // Takes the lock, so that a second process fails now and not at its first write.
    sqlite.exec('BEGIN IMMEDIATE; COMMIT');
    return;
  }
  sqlite.exec(`
    BEGIN IMMEDIATE;
    ${SCHEMA_STEPS.slice(version).join('')}
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${SCHEMA_STEPS.length};
    COMMIT;
  `);
}

function numberOf(sqlite: DatabaseSync, pragma: 'user_version' | 'application_id' | 'page_count'): number {
  return Number(Object.values(sqlite.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
}

/** The types of node:sqlite do not know that a statement returns arrays. */
function toRow(row: unknown): Row | undefined {
  return row === undefined ? undefined : (row as Row);
}

function toRows(rows: unknown): readonly Row[] {
  return rows as readonly Row[];
}
