import type { StoredBlob } from './blob.ts';
import { BLOB_COLUMNS, toBlob } from './blob-rows.ts';
import type { Known } from './blobs.ts';
import type { Database, Row, Statement } from './database.ts';

/** From which name on: `name` itself or what follows it. */
export interface Start {
  readonly name: string;
  readonly isIncluded: boolean;
}

interface Batch {
  readonly rows: readonly Row[];
  /** Nothing follows. */
  readonly isLast: boolean;
}

/** Rows that one query reads: few at first and behind a jump, since a reader may want no more, then four times as many. */
const FIRST_BATCH = 32;
const MAX_BATCH = 512;

/**
 * The rows of one directory in the order of their names, from a place on: what flat listings, the walk of a tree
 * and the search by tags read. A batch costs the same however large the directory is.
 */
export class Listing {
  readonly #current: Statement;
  readonly #all: Statement;

  constructor(database: Database) {
    const select = `SELECT id, ${BLOB_COLUMNS.join(', ')} FROM blobs WHERE parent = ?1 AND name >= ?2`;
    this.#current = database.prepare(`${select} AND state = 'current' ORDER BY name LIMIT ?3`);
    // A blob comes after its snapshots. Both halves are read in the order of their index.
    this.#all = database.prepare(
      `SELECT * FROM (
         SELECT * FROM (${select} AND state = 'current' ORDER BY name LIMIT ?3)
         UNION ALL
         SELECT * FROM (${select} AND state <> 'current' AND state = 'snapshot' ORDER BY name, snapshot LIMIT ?3)
       ) ORDER BY name, snapshot = '', snapshot LIMIT ?3`,
    );
  }

  /**
   * The rows of a directory from `from` on whose names have the prefix. The consumer may `return` a name to
   * `next` to go on from there.
   *
   * @param withSnapshots a name's snapshots come before the blob itself, oldest first
   */
  *rows(
    directory: number,
    prefix: string,
    from: Start,
    withSnapshots = false,
  ): Generator<Row, void, string | undefined> {
    let start = compareNames(from.name, prefix) < 0 ? { name: prefix, isIncluded: true } : from;
    let limit = FIRST_BATCH;
    for (;;) {
      const { rows, isLast } = this.#read(directory, start, withSnapshots, limit);
      let jump: string | undefined;
      for (const row of rows) {
        const name = String(row[2]);
        if (!name.startsWith(prefix)) return;
        if (jump !== undefined && compareNames(name, jump) < 0) continue;
        jump = yield row;
      }
      if (isLast) return;
      const last = String(rows.at(-1)?.[2]);
      if (jump !== undefined && compareNames(jump, last) > 0) {
        start = { name: jump, isIncluded: true };
        limit = FIRST_BATCH;
      } else {
        start = { name: last, isIncluded: false };
        limit = Math.min(limit * 4, MAX_BATCH);
      }
    }
  }

  toBlob(row: Row, known: Known, path: string): StoredBlob {
    return toBlob(row, known.accountName, known.containerName, path);
  }

  /** At least one whole name: a batch never ends between the rows of a name. */
  #read(directory: number, { name, isIncluded }: Start, withSnapshots: boolean, rowLimit: number): Batch {
    // No name has this character, so it is the first one after `name`.
    const from = isIncluded ? name : `${name}\u0000`;
    if (!withSnapshots) {
      const rows = this.#current.all(directory, from, rowLimit);
      return { rows, isLast: rows.length < rowLimit };
    }
    for (let limit = rowLimit; ; limit *= 2) {
      const rows = this.#all.all(directory, from, limit);
      if (rows.length < limit) return { rows, isLast: true };
      const last = rows.at(-1)?.[2];
      const whole = rows.findIndex((row) => row[2] === last);
      if (whole > 0) return { rows: rows.slice(0, whole), isLast: false };
    }
  }
}

/** The order of listings: that of the bytes of UTF-8, which is that of code points. */
export function compareNames(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const one = left.charCodeAt(index);
    const other = right.charCodeAt(index);
    if (one === other) continue;
    // Code units of surrogates are below some others, their code points are above all.
    const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;
    if (isSurrogate(one) !== isSurrogate(other)) return isSurrogate(one) ? 1 : -1;
    return one - other;
  }
  return left.length - right.length;
}

/** The first name after all names with a prefix; undefined when there is none. The prefix is not empty. */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10_ffff) continue;
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return undefined;
}
