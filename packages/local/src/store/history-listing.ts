import { BLOB_COLUMNS } from './blob-rows.ts';
import type { Database, Row, Statement } from './database.ts';
import { compareNames } from './listing.ts';
import { ROW_TIME } from './schema.ts';

/** A row among those of its name: the time of a snapshot or version, or `LAST`. */
export interface RowPlace {
  readonly name: string;
  /** Empty: before all rows of the name. */
  readonly at: string;
}

/** The place of the blob itself, current or deleted, behind its snapshots and versions. */
export const LAST = '~';

/** Which rows besides the current ones. */
export interface IncludedRows {
  readonly snapshots: boolean;
  readonly versions: boolean;
  readonly deleted: boolean;
  /** Milliseconds since 1970: what has expired by then is not there. */
  readonly now: number;
}

interface PlacedRow extends RowPlace {
  readonly row: Row;
}

const BATCH = 512;

/**
 * The rows of a container of a flat account with their history, in the order of their names, each name's oldest
 * first. Reads batches of rows, however many there are of one name.
 */
export class HistoryListing {
  readonly #formerOfName: Statement;
  readonly #formerAfter: Statement;
  readonly #current: Statement;
  readonly #currentAfter: Statement;

  constructor(database: Database) {
    const select = `SELECT id, ${BLOB_COLUMNS.join(', ')} FROM blobs WHERE parent = ?1`;
    // What is deleted is listed with its like: a deleted version with the versions.
    const included = `state <> 'current' AND (
      state = 'snapshot' AND ?4 OR state = 'version' AND ?5 OR
      state = 'deleted' AND ?6 < expires_at AND (snapshot = '' OR ?4) AND (version = '' OR ?5))`;
    this.#formerOfName = database.prepare(
      `${select} AND name = ?2 AND ${ROW_TIME} > ?3 AND ${included} ORDER BY ${ROW_TIME} LIMIT ${BATCH}`,
    );
    this.#formerAfter = database.prepare(
      `${select} AND name > ?2 AND ${included} ORDER BY name, ${ROW_TIME} LIMIT ${BATCH}`,
    );
    this.#current = database.prepare(`${select} AND name = ?2 AND state = 'current'`);
    this.#currentAfter = database.prepare(
      `${select} AND name > ?2 AND state = 'current' ORDER BY name LIMIT ${BATCH}`,
    );
  }

  /**
   * The rows of a directory behind a place whose names have the prefix. The consumer may `return` a place to `next` to
   * go on behind that.
   */
  *rows(
    directory: number,
    prefix: string,
    behind: RowPlace,
    included: IncludedRows,
  ): Generator<PlacedRow, void, RowPlace | undefined> {
    // No name is empty, so the first batch begins with the prefix itself.
    let from = compareNames(behind.name, prefix) < 0 ? { name: prefix, at: '' } : behind;
    for (;;) {
      const { rows, isLast } = this.#read(directory, from, included);
      let jump: RowPlace | undefined;
      for (const placed of rows) {
        if (!placed.name.startsWith(prefix)) return;
        if (jump !== undefined && comparePlaces(placed, jump) <= 0) continue;
        jump = yield placed;
      }
      if (isLast) return;
      const last = rows.at(-1);
      if (last !== undefined) from = last;
      if (jump !== undefined && comparePlaces(jump, from) > 0) from = jump;
    }
  }

  #read(
    directory: number,
    { name, at }: RowPlace,
    included: IncludedRows,
  ): { rows: readonly PlacedRow[]; isLast: boolean } {
    const flags = [Number(included.snapshots), Number(included.versions)];
    // Without `deleted`, everything that is deleted counts as expired.
    const expired = included.deleted ? included.now : Number.MAX_SAFE_INTEGER;
    const former = (statement: Statement, after: string) =>
      statement.all(directory, name, after, ...flags, expired).map(toPlaced);

    const own = at === LAST ? [] : former(this.#formerOfName, at);
    if (own.length === BATCH) return { rows: own, isLast: false };
    const blob = at === LAST ? [] : this.#current.all(directory, name).map(toPlaced);
    const others = former(this.#formerAfter, '');
    const current = this.#currentAfter.all(directory, name).map(toPlaced);
    const isLast = others.length < BATCH && current.length < BATCH;
    const merged = [...others, ...current].toSorted(comparePlaces);
    // Behind the end of either batch, rows of the other one may lie before some that were not read.
    const rows = isLast ? merged : merged.slice(0, BATCH);
    return { rows: [...own, ...blob, ...rows], isLast };
  }
}

function toPlaced(row: Row): PlacedRow {
  const [, , name, state, snapshot] = row;
  const time = `${String(snapshot)}${String(row[38])}`;
  // A current row has the id of its version, and is the last of its name all the same.
  return { name: String(name), at: state === 'current' || time === '' ? LAST : time, row };
}

function comparePlaces(left: RowPlace, right: RowPlace): number {
  const order = compareNames(left.name, right.name);
  if (order !== 0) return order;
  return left.at < right.at ? -1 : left.at > right.at ? 1 : 0;
}
