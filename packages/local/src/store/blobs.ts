import type { Blob, PathAccess, StoredBlob } from './blob.ts';
import { BLOB_COLUMNS, toBlob, toColumns } from './blob-rows.ts';
import type { Contents } from './contents.ts';
import type { Database, Statement } from './database.ts';

/** A name in a directory. */
export interface Place {
  readonly parent: number;
  readonly segment: string;
  /** Of a free place in a hierarchical account: what a file gets there that has no access of its own. */
  readonly access?: PathAccess | undefined;
}

/** How a row's container and path are told: the caller knows them, rows do not. */
export interface Known {
  readonly accountName: string;
  readonly containerName: string;
}

/** The parent of rows that wait to be swept. No row has this id. */
const NOWHERE = 0;

const columns = BLOB_COLUMNS.join(', ');
const select = `SELECT id, ${columns} FROM blobs`;

/**
 * Blobs, snapshots and directories by their place. Knows no paths: `FlatPaths` and the namespace of
 * hierarchical accounts turn a path into a place.
 */
export class Blobs {
  readonly #database: Database;
  readonly #contents: Contents;
  readonly #current: Statement;
  readonly #snapshot: Statement;
  readonly #snapshots: Statement;
  readonly #byId: Statement;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #remove: Statement;
  readonly #hasSnapshots: Statement;
  readonly #hasChildren: Statement;
  readonly #hasFormer: Statement;
  readonly #child: Statement;
  readonly #parent: Statement;
  readonly #moveOne: Statement;
  readonly #moveSnapshots: Statement;
  readonly #discard: Statement;

  constructor(database: Database, contents: Contents) {
    this.#database = database;
    this.#contents = contents;
    const ofFormer = `WHERE parent = ? AND name = ? AND state <> 'current'`;
    this.#current = database.prepare(`${select} WHERE parent = ? AND name = ? AND state = 'current'`);
    this.#snapshot = database.prepare(`${select} ${ofFormer} AND state = 'snapshot' AND snapshot = ?`);
    this.#snapshots = database.prepare(`${select} ${ofFormer} AND state = 'snapshot' ORDER BY snapshot`);
    this.#hasSnapshots = database.prepare(`SELECT 1 FROM blobs ${ofFormer} AND state = 'snapshot' LIMIT 1`);
    this.#byId = database.prepare(`${select} WHERE id = ?`);
    const values = BLOB_COLUMNS.map(() => '?').join(', ');
    this.#insert = database.prepare(`INSERT INTO blobs (${columns}) VALUES (${values})`);
    const changes = BLOB_COLUMNS.map((name) => `${name} = ?`).join(', ');
    this.#update = database.prepare(`UPDATE blobs SET ${changes} WHERE id = ?`);
    this.#remove = database.prepare('DELETE FROM blobs WHERE id = ?');
    this.#hasChildren = database.prepare(
      `SELECT 1 FROM blobs WHERE parent = ? AND state = 'current' LIMIT 1`,
    );
    this.#hasFormer = database.prepare(`SELECT 1 FROM blobs WHERE parent = ? AND state <> 'current' LIMIT 1`);
    this.#child = database.prepare(
      `SELECT id, kind FROM blobs WHERE parent = ? AND name = ? AND state = 'current'`,
    );
    this.#parent = database.prepare('SELECT parent, name FROM blobs WHERE id = ?');
    this.#moveOne = database.prepare('UPDATE blobs SET parent = ?, name = ? WHERE id = ?');
    this.#moveSnapshots = database.prepare(
      `UPDATE blobs SET parent = ?, name = ? ${ofFormer} AND state = 'snapshot'`,
    );
    this.#discard = database.prepare(
      `UPDATE blobs SET parent = ${NOWHERE}, name = id, state = 'gone' WHERE id = ?`,
    );
  }

  /** The blob at a place, or its snapshot. `path` becomes its name. */
  find(place: Place, known: Known, path: string, snapshot = ''): StoredBlob | undefined {
    const row =
      snapshot === ''
        ? this.#current.get(place.parent, place.segment)
        : this.#snapshot.get(place.parent, place.segment, snapshot);
    return row && toBlob(row, known.accountName, known.containerName, path);
  }

  byId(id: number, known: Known, path: string): StoredBlob | undefined {
    const row = this.#byId.get(id);
    return row && toBlob(row, known.accountName, known.containerName, path);
  }

  /** Id and kind of what is at a place: a step on the way of a path. */
  child(parent: number, segment: string): { id: number; isDirectory: boolean } | undefined {
    const row = this.#child.get(parent, segment);
    return row && { id: Number(row[0]), isDirectory: row[1] === 'directory' };
  }

  /** Where a blob is. */
  placeOf(id: number): Place | undefined {
    const row = this.#parent.get(id);
    return row && { parent: Number(row[0]), segment: String(row[1]) };
  }

  /** The snapshots of a place, oldest first. */
  snapshots(place: Place, known: Known, path: string): readonly StoredBlob[] {
    return this.#snapshots
      .all(place.parent, place.segment)
      .map((row) => toBlob(row, known.accountName, known.containerName, path));
  }

  hasSnapshots(place: Place): boolean {
    return this.#hasSnapshots.get(place.parent, place.segment) !== undefined;
  }

  hasChildren(directory: number): boolean {
    return this.#hasChildren.get(directory) !== undefined;
  }

  /** Whether anything is in a directory: blobs, versions, or what can be restored. */
  hasRows(directory: number): boolean {
    return this.hasChildren(directory) || this.#hasFormer.get(directory) !== undefined;
  }

  /** Stores a new blob or snapshot at a free place, with its content but without blocks and pages. */
  insert(blob: Blob, place: Place): StoredBlob {
    const { parent, segment } = place;
    const access = blob.access ?? place.access;
    const stored: StoredBlob = Object.assign(blob, {
      id: 0,
      kind: blob.kind ?? 'file',
      parent,
      segment,
      access,
    });
    const content = this.#contents.store(blob.persistency);
    stored.id = this.#insert.run(...toColumns(stored, content)).id;
    return stored;
  }

  /** Saves all members of a blob but its blocks and pages; it stays where it is. */
  update(blob: StoredBlob): void {
    const content = this.#contents.store(blob.persistency);
    this.#update.run(...toColumns(blob, content), blob.id);
  }

  /** Removes one row, with its blocks and pages. */
  remove(id: number): void {
    this.#remove.run(id);
  }

  /** Removes the snapshots of a place. */
  removeSnapshots(place: Place, known: Known): void {
    for (const { id } of this.snapshots(place, known, '')) this.remove(id);
  }

  /** Moves what is at a place, with its snapshots and everything below it, to a free place. */
  move(id: number, from: Place, to: Place): void {
    this.#database.write(() => {
      this.#moveSnapshots.run(to.parent, to.segment, from.parent, from.segment);
      this.#moveOne.run(to.parent, to.segment, id);
    });
  }

  /** Takes a directory with everything below it away at once; `Sweep` frees the rows later. */
  discard(id: number): void {
    this.#discard.run(id);
  }
}
