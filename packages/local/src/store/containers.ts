import type { Blob, Container, Metadata, StoredContainer } from './blob.ts';
import type { Place } from './blobs.ts';
import { leaseColumns, readLease, textOf } from './blob-rows.ts';
import type { Database, Row, Statement } from './database.ts';

const columns = `name, root, etag, modified, public_access, policies, metadata,
  lease_id, lease_state, lease_kind, lease_seconds, lease_expires, lease_breaks`;

/** The directory in which the blobs of a container are: a blob that clients of flat accounts never see. */
export function rootOf({ accountName, name, properties: { etag, lastModified } }: Container): {
  readonly blob: Blob;
  readonly place: Place;
} {
  return {
    blob: {
      accountName,
      containerName: name,
      name: '',
      snapshot: '',
      isCommitted: true,
      kind: 'directory',
      properties: { etag, lastModified },
    },
    place: { parent: 0, segment: `${accountName}/${name}` },
  };
}

/** The containers of all accounts, and the properties of the accounts' services. */
export class Containers {
  readonly #known = new Map<string, number>();
  readonly #find: Statement;
  readonly #any: Statement;
  readonly #root: Statement;
  readonly #list: Statement;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #remove: Statement;
  readonly #service: Statement;
  readonly #setService: Statement;

  constructor(database: Database) {
    const select = `SELECT id, ${columns} FROM containers WHERE account = ?`;
    this.#find = database.prepare(`${select} AND name = ?`);
    this.#any = database.prepare('SELECT 1 FROM containers LIMIT 1');
    this.#root = database.prepare('SELECT root FROM containers WHERE account = ? AND name = ?');
    this.#list = database.prepare(`${select} AND name > ? AND name >= ? ORDER BY name LIMIT ?`);
    this.#insert = database.prepare(
      `INSERT INTO containers (account, ${columns}) VALUES (${Array.from({ length: 14 }, () => '?').join(', ')})`,
    );
    this.#update = database.prepare(
      `UPDATE containers SET etag = ?, modified = ?, public_access = ?, policies = ?, metadata = ?,
         lease_id = ?, lease_state = ?, lease_kind = ?, lease_seconds = ?, lease_expires = ?, lease_breaks = ?
       WHERE id = ?`,
    );
    this.#remove = database.prepare('DELETE FROM containers WHERE id = ?');
    this.#service = database.prepare('SELECT properties FROM services WHERE account = ?');
    this.#setService = database.prepare(
      'INSERT INTO services VALUES (?1, ?2) ON CONFLICT (account) DO UPDATE SET properties = ?2',
    );
  }

  isEmpty(): boolean {
    return this.#any.get() === undefined;
  }

  find(account: string, name: string): StoredContainer | undefined {
    const row = this.#find.get(account, name);
    return row && toContainer(row, account);
  }

  /** The blob id of the container's root directory. Every request asks for it. */
  root(account: string, name: string): number | undefined {
    const key = `${account}/${name}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const row = this.#root.get(account, name);
    if (row === undefined) return undefined;
    const root = Number(row[0]);
    this.#known.set(key, root);
    return root;
  }

  /** In the order of their names. */
  list(account: string, prefix: string, after: string, limit: number): readonly StoredContainer[] {
    const rows = this.#list.all(account, after, prefix, limit);
    const containers = rows.map((row) => toContainer(row, account));
    // Those with a prefix follow one another.
    const end = containers.findIndex(({ name }) => !name.startsWith(prefix));
    return end < 0 ? containers : containers.slice(0, end);
  }

  insert(container: Container, root: number): StoredContainer {
    const { accountName, name } = container;
    const { id } = this.#insert.run(accountName, name, root, ...toColumns(container));
    return { ...container, id, root };
  }

  update(container: StoredContainer): void {
    this.#update.run(...toColumns(container), container.id);
  }

  remove({ id, accountName, name }: StoredContainer): void {
    this.#remove.run(id);
    this.#known.delete(`${accountName}/${name}`);
  }

  serviceProperties(account: string): object | undefined {
    const row = this.#service.get(account);
    return row && (JSON.parse(String(row[0])) as object);
  }

  setServiceProperties(account: string, properties: object): void {
    this.#setService.run(account, JSON.stringify(properties));
  }
}

function toColumns(container: Container) {
  const { properties, metadata, containerAcl } = container;
  return [
    properties.etag,
    properties.lastModified.getTime(),
    properties.publicAccess ?? null,
    textOf(containerAcl),
    textOf(metadata),
    ...leaseColumns(container, properties),
  ];
}

function toContainer(row: Row, accountName: string): StoredContainer {
  const [id, name, root, ...described] = row;
  const container: StoredContainer = {
    id: Number(id),
    root: Number(root),
    accountName,
    name: String(name),
    ...readDescription(described),
  };
  readLease(container, container.properties, row, 8);
  return container;
}

/** What the columns from `etag` to `metadata` say of a container, whether it is there or deleted. */
export function readDescription([etag, modified, publicAccess, policies, metadata]: Row): Pick<
  StoredContainer,
  'properties' | 'metadata' | 'containerAcl'
> {
  return {
    properties: {
      etag: String(etag),
      lastModified: new Date(Number(modified)),
      publicAccess: typeof publicAccess === 'string' ? publicAccess : undefined,
      hasImmutabilityPolicy: false,
      hasLegalHold: false,
    },
    metadata: typeof metadata === 'string' ? (JSON.parse(metadata) as Metadata) : undefined,
    containerAcl: typeof policies === 'string' ? (JSON.parse(policies) as object[]) : undefined,
  };
}
