import type { StoredContainer } from './blob.ts';
import { textOf } from './blob-rows.ts';
import { readDescription } from './containers.ts';
import type { Database, Row, Statement } from './database.ts';
import type { Deletion } from './former-blobs.ts';

/** A container that was deleted and can be restored, with all that is in it. */
export interface DeletedContainer extends Omit<StoredContainer, 'id'>, Deletion {
  /** Tells apart those of one name: the time of the deletion, in the form of Azure's. */
  readonly version: string;
}

const columns = `name, version, deleted_at, expires_at, root, etag, modified, public_access, policies, metadata`;

/** The blobs of a deleted container stay below its root, which has a name of its own. */
export class DeletedContainers {
  readonly #find: Statement;
  readonly #list: Statement;
  readonly #insert: Statement;
  readonly #remove: Statement;
  readonly #expired: Statement;
  readonly #rename: Statement;

  constructor(database: Database) {
    const select = `SELECT ${columns} FROM deleted_containers WHERE`;
    this.#find = database.prepare(`${select} account = ? AND name = ? AND version = ? AND expires_at > ?`);
    this.#list = database.prepare(
      `${select} account = ?1 AND name >= ?2 AND name || '!' || version > ?3 AND expires_at > ?4
       ORDER BY name, version LIMIT ?5`,
    );
    this.#insert = database.prepare(
      `INSERT INTO deleted_containers (account, ${columns}) VALUES (${Array.from({ length: 11 }, () => '?').join(', ')})`,
    );
    this.#remove = database.prepare(
      'DELETE FROM deleted_containers WHERE account = ? AND name = ? AND version = ?',
    );
    this.#expired = database.prepare(
      `SELECT account, ${columns} FROM deleted_containers WHERE expires_at <= ?`,
    );
    this.#rename = database.prepare('UPDATE blobs SET name = ? WHERE id = ?');
  }

  find(account: string, name: string, version: string, now: number): DeletedContainer | undefined {
    const row = this.#find.get(account, name, version, now);
    return row && toDeleted(row, account);
  }

  /** In the order of their places. */
  list(
    account: string,
    prefix: string,
    after: string,
    now: number,
    limit: number,
  ): readonly DeletedContainer[] {
    return this.#list
      .all(account, prefix, after, now, limit)
      .map((row) => toDeleted(row, account))
      .filter(({ name }) => name.startsWith(prefix));
  }

  /** Keeps a container that is removed. Frees the name of its root. */
  insert(container: StoredContainer, deletion: Deletion): void {
    const { accountName, name, root, properties, containerAcl, metadata } = container;
    const version = versionOf(
      deletion.deletedAt,
      (each) => this.find(accountName, name, each, 0) !== undefined,
    );
    this.#insert.run(
      accountName,
      name,
      version,
      deletion.deletedAt,
      deletion.expiresAt,
      root,
      properties.etag,
      properties.lastModified.getTime(),
      properties.publicAccess ?? null,
      textOf(containerAcl),
      textOf(metadata),
    );
    this.#rename.run(`${accountName}/${name}!${version}`, root);
  }

  /** Takes a container out that is there again, or whose blobs are discarded. */
  remove({ accountName, name, version, root }: DeletedContainer, isRestored: boolean): void {
    this.#remove.run(accountName, name, version);
    if (isRestored) this.#rename.run(`${accountName}/${name}`, root);
  }

  /** What has expired and was not removed yet. */
  expired(now: number): readonly DeletedContainer[] {
    return this.#expired.all(now).map(([account, ...row]) => toDeleted(row, String(account)));
  }
}

/** The place of a container in a listing, deleted ones behind one of their name. No name has a `!`. */
export function placeOf({ name, version }: { readonly name: string; readonly version?: string }): string {
  return version === undefined ? name : `${name}!${version}`;
}

/** 100 ns since 1601, as 16 hexadecimal digits. */
function versionOf(deletedAt: number, isTaken: (version: string) => boolean): string {
  const before1970 = 116_444_736_000_000_000n;
  for (let ticks = BigInt(deletedAt) * 10_000n + before1970; ; ticks++) {
    const version = ticks.toString(16).toUpperCase().padStart(16, '0');
    if (!isTaken(version)) return version;
  }
}

function toDeleted(row: Row, accountName: string): DeletedContainer {
  const [name, version, deletedAt, expiresAt, root, ...described] = row;
  return {
    accountName,
    name: String(name),
    version: String(version),
    deletedAt: Number(deletedAt),
    expiresAt: Number(expiresAt),
    root: Number(root),
    ...readDescription(described),
  };
}
