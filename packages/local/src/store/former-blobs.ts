import type { StoredBlob } from './blob.ts';
import { BLOB_COLUMNS, toBlob } from './blob-rows.ts';
import type { Known, Place } from './blobs.ts';
import type { Database, Statement, Value } from './database.ts';

/** What a row is from now on. */
export type Former =
  | { readonly state: 'version'; readonly version: string }
  | ({
      readonly state: 'deleted';
      /** Of an overwritten blob, which becomes a deleted snapshot. */
      readonly snapshot?: string;
    } & Deletion);

/** Milliseconds since 1970. */
export interface Deletion {
  readonly deletedAt: number;
  readonly expiresAt: number;
}

const ofName = `WHERE parent = ? AND name = ? AND state <> 'current'`;
const noLease = `lease_id = NULL, lease_state = NULL, lease_kind = NULL, lease_seconds = NULL,
  lease_expires = NULL, lease_breaks = NULL`;

/**
 * Previous versions, and what was deleted and can be restored, by their place. A deleted row that has expired is
 * not there any more, even before `expire` has removed it.
 */
export class FormerBlobs {
  readonly #version: Statement;
  readonly #latestVersion: Statement;
  readonly #deletedBlob: Statement;
  readonly #lastVersion: Statement;
  readonly #lastSnapshot: Statement;
  readonly #hasAny: Statement;
  readonly #otherType: Statement;
  readonly #retire: Statement;
  readonly #deleteSnapshots: Statement;
  readonly #restoreFormer: Statement;
  readonly #restoreBlob: Statement;
  readonly #removeDeleted: Statement;
  readonly #expireDirectories: Statement;
  readonly #expire: Statement;
  readonly #writtenBefore: Statement;

  constructor(database: Database) {
    const select = `SELECT id, ${BLOB_COLUMNS.join(', ')} FROM blobs ${ofName}`;
    this.#version = database.prepare(`${select} AND state = 'version' AND version = ?`);
    this.#latestVersion = database.prepare(
      `${select} AND (state = 'version' OR state = 'deleted' AND version <> '' AND expires_at > ?)
       ORDER BY version DESC LIMIT 1`,
    );
    this.#deletedBlob = database.prepare(
      `${select} AND state = 'deleted' AND snapshot = '' AND version = '' AND expires_at > ?`,
    );
    this.#lastVersion = database.prepare(`SELECT max(version) FROM blobs ${ofName}`);
    this.#lastSnapshot = database.prepare(`SELECT max(snapshot) FROM blobs ${ofName}`);
    this.#hasAny = database.prepare(
      `SELECT 1 FROM blobs ${ofName} AND (state <> 'deleted' OR expires_at > ?) LIMIT 1`,
    );
    this.#otherType = database.prepare(
      `SELECT 1 FROM blobs ${ofName}
       AND (state = 'version' OR state = 'deleted' AND version <> '' AND expires_at > ?) AND type <> ? LIMIT 1`,
    );
    this.#retire = database.prepare(
      `UPDATE blobs SET state = ?, snapshot = ?, version = ?, deleted_at = ?, expires_at = ?, ${noLease}
       WHERE id = ?`,
    );
    this.#deleteSnapshots = database.prepare(
      `UPDATE blobs SET state = 'deleted', deleted_at = ?3, expires_at = ?4
       WHERE parent = ?1 AND name = ?2 AND state <> 'current' AND state = 'snapshot'`,
    );
    this.#restoreFormer = database.prepare(
      `UPDATE blobs SET state = iif(version = '', 'snapshot', 'version'), deleted_at = NULL, expires_at = NULL
       ${ofName} AND state = 'deleted' AND expires_at > ? AND (snapshot <> '' OR version <> '')`,
    );
    this.#restoreBlob = database.prepare(
      `UPDATE blobs SET state = 'current', deleted_at = NULL, expires_at = NULL, lease_state = 'available'
       WHERE id = ?`,
    );
    this.#removeDeleted = database.prepare(
      `DELETE FROM blobs ${ofName} AND state = 'deleted' AND version = ''`,
    );
    const expired = `SELECT id FROM blobs WHERE expires_at <= ? AND state = 'deleted' AND kind`;
    this.#expireDirectories = database.prepare(
      `UPDATE blobs SET parent = 0, name = id, state = 'gone', snapshot = '', expires_at = NULL
       WHERE id IN (${expired} = 'directory' LIMIT ?)`,
    );
    this.#expire = database.prepare(`DELETE FROM blobs WHERE id IN (${expired} = 'file' LIMIT ?)`);
    this.#writtenBefore = database.prepare(
      `SELECT blobs.id, version FROM blobs CROSS JOIN containers ON root = parent
       WHERE state = 'version' AND version < ?1 AND account = ?2 AND type IN ('BlockBlob', 'AppendBlob')
         AND ifnull(immutable_until, 0) <= ?3 AND legal_hold IS NOT 1
       ORDER BY version LIMIT ?4`,
    );
  }

  /** A previous version. */
  version(place: Place, known: Known, path: string, version: string): StoredBlob | undefined {
    return this.#one(this.#version, place, known, path, version);
  }

  /** The newest of the previous and deleted versions. */
  latestVersion(place: Place, known: Known, path: string, now: number): StoredBlob | undefined {
    return this.#one(this.#latestVersion, place, known, path, now);
  }

  /** A blob that was deleted where no versions are kept. */
  deletedBlob(place: Place, known: Known, path: string, now: number): StoredBlob | undefined {
    return this.#one(this.#deletedBlob, place, known, path, now);
  }

  /** The newest version id of the rows that are no current ones; empty when there is none. */
  lastVersion({ parent, segment }: Place): string {
    return String(this.#lastVersion.get(parent, segment)?.[0] ?? '');
  }

  /** The name of the newest snapshot, deleted ones too; empty when there is none. */
  lastSnapshot({ parent, segment }: Place): string {
    return String(this.#lastSnapshot.get(parent, segment)?.[0] ?? '');
  }

  hasAny({ parent, segment }: Place, now: number): boolean {
    return this.#hasAny.get(parent, segment, now) !== undefined;
  }

  /** Whether a version, deleted ones too, is of another type than the given one, such as `BlockBlob`. */
  hasVersionsOfOtherType({ parent, segment }: Place, type: string, now: number): boolean {
    return this.#otherType.get(parent, segment, now, type) !== undefined;
  }

  /** Makes a row one of those that are no current ones. It keeps its content and loses its lease. */
  retire(blob: Pick<StoredBlob, 'id' | 'snapshot' | 'version'>, former: Former): void {
    const version = former.state === 'version' ? former.version : (blob.version ?? '');
    const [snapshot, deletedAt, expiresAt] =
      former.state === 'version'
        ? [blob.snapshot, null, null]
        : [former.snapshot ?? blob.snapshot, former.deletedAt, former.expiresAt];
    this.#retire.run(former.state, snapshot, version, deletedAt, expiresAt, blob.id);
  }

  deleteSnapshots({ parent, segment }: Place, { deletedAt, expiresAt }: Deletion): void {
    this.#deleteSnapshots.run(parent, segment, deletedAt, expiresAt);
  }

  /** Restores the deleted snapshots and versions of a name. */
  restore({ parent, segment }: Place, now: number): void {
    this.#restoreFormer.run(parent, segment, now);
  }

  /** Makes a deleted blob the one that is at its place, which is free. */
  restoreBlob({ id }: StoredBlob): void {
    this.#restoreBlob.run(id);
  }

  /** Removes for good what was deleted at a place, except versions. */
  removeDeleted({ parent, segment }: Place): void {
    this.#removeDeleted.run(parent, segment);
  }

  /** Removes what has expired, up to `limit` files and directories; how many of one kind. `Sweep` frees what is below. */
  expire(now: number, limit: number): number {
    return Math.max(this.#expireDirectories.run(now, limit).changes, this.#expire.run(now, limit).changes);
  }

  /** Previous versions of block and append blobs that were written before a time, and that nothing protects. */
  versionsBefore(
    account: string,
    time: string,
    now: number,
    limit: number,
  ): readonly { id: number; version: string }[] {
    return this.#writtenBefore
      .all(time, account, now, limit)
      .map(([id, version]) => ({ id: Number(id), version: String(version) }));
  }

  #one(
    statement: Statement,
    { parent, segment }: Place,
    known: Known,
    path: string,
    last: Value,
  ): StoredBlob | undefined {
    const row = statement.get(parent, segment, last);
    return row && toBlob(row, known.accountName, known.containerName, path);
  }
}
