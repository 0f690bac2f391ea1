import type { StoredBlob } from './blob.ts';
import { BLOB_COLUMNS, toBlob } from './blob-rows.ts';
import type { Known, Place } from './blobs.ts';
import type { Database, Row, Statement } from './database.ts';
import type { Deletion } from './former-blobs.ts';

/** 100 ns since 1601, as Azure counts deletions. */
const TICKS_BEFORE_1970 = 116_444_736_000_000_000n;
const TICKS_PER_MS = 10_000n;

/** Where a listing goes on: behind a path, and behind a deletion of it. */
export interface DeletedPlace {
  readonly path: string;
  readonly deletionId: string;
}

/**
 * Files and directories of hierarchical accounts that were deleted and can be restored. Each is a row in the root of its
 * container whose name is the whole path that it had and whose version is the id of the deletion: a rename of a directory
 * does not move what was deleted in it before. What is below a deleted directory stays below its row.
 */
export class DeletedPaths {
  readonly #retire: Statement;
  readonly #find: Statement;
  readonly #last: Statement;
  readonly #list: Statement;
  readonly #restore: Statement;

  constructor(database: Database) {
    const ofRoot = `WHERE parent = ?1 AND state <> 'current' AND state = 'deleted'`;
    const select = `SELECT id, ${BLOB_COLUMNS.join(', ')} FROM blobs ${ofRoot}`;
    this.#retire = database.prepare(
      `UPDATE blobs SET parent = ?, name = ?, state = 'deleted', version = ?, deleted_at = ?, expires_at = ?,
         lease_id = NULL, lease_state = NULL, lease_kind = NULL, lease_seconds = NULL, lease_expires = NULL,
         lease_breaks = NULL
       WHERE id = ?`,
    );
    this.#find = database.prepare(`${select} AND name = ?2 AND version = ?3 AND expires_at > ?4`);
    this.#last = database.prepare(`SELECT max(version) FROM blobs ${ofRoot} AND name = ?2`);
    this.#list = database.prepare(
      `${select} AND name >= ?2 AND (name > ?2 OR version > ?3) AND expires_at > ?4 ORDER BY name, version LIMIT ?5`,
    );
    this.#restore = database.prepare(
      `UPDATE blobs SET parent = ?, name = ?, state = 'current', version = '', deleted_at = NULL, expires_at = NULL,
         lease_state = 'available'
       WHERE id = ?`,
    );
  }

  /** Takes a file or directory away from its place. The id of the deletion, which grows for each path. */
  retire(root: number, { id, name }: StoredBlob, { deletedAt, expiresAt }: Deletion): string {
    // A name is as it was asked for, and doubled slashes count as one.
    const path = name.split('/').filter(Boolean).join('/');
    const ticks = BigInt(deletedAt) * TICKS_PER_MS + TICKS_BEFORE_1970;
    const last = this.#last.get(root, path)?.[0];
    const next = typeof last === 'string' ? BigInt(last) + 1n : 0n;
    const deletionId = String(ticks > next ? ticks : next);
    this.#retire.run(root, path, deletionId, deletedAt, expiresAt, id);
    return deletionId;
  }

  find(root: number, known: Known, { path, deletionId }: DeletedPlace, now: number): StoredBlob | undefined {
    const row = this.#find.get(root, path, deletionId, now);
    return row && toBlob(row, known.accountName, known.containerName, path);
  }

  /** Behind a place, in the order of paths and of their deletions. */
  list(root: number, behind: DeletedPlace, now: number, limit: number): readonly Row[] {
    return this.#list.all(root, behind.path, behind.deletionId, now, limit);
  }

  /** Puts a deleted file or directory to a free place, with all below it. */
  restore({ id }: StoredBlob, { parent, segment }: Place): void {
    this.#restore.run(parent, segment, id);
  }
}
