/**
 * The tables of the store. A change of them is another step at the end of `SCHEMA_STEPS`, which brings the former
 * tables there.
 *
 * - Both kinds of accounts use the same tables: a blob is a name in a directory. A flat account has one
 *   directory a container, its root, and a name is a whole path; so a path is found by one step of an index. In
 *   a hierarchical account each segment is a step, and moving a directory with everything below it changes its
 *   own row alone.
 * - Text compares by the bytes of UTF-8 (SQLite's BINARY collation): the order of listings.
 * - `state` says what a row is: the `current` blob of its name, a `snapshot`, a former `version`, a `deleted`
 *   blob that can be restored, or what is `gone` and waits to be swept. A name has one current row; only current
 *   rows are in the index that listings read, so that a page costs the same however many former rows there are.
 *   A deleted row keeps the name of the snapshot or the version that it was, and goes at `expires_at`.
 * - Content is counted: triggers keep `refs` at the number of rows that refer to it.
 * - Times are milliseconds since 1970; members without a value are NULL.
 */

/** In the header of each database file, as SQLite's documentation asks of file formats: `blmr`. */
export const APPLICATION_ID = 0x626c_6d72;

const FIRST = `
-- One row: what the store is for.
CREATE TABLE store (kind TEXT NOT NULL) STRICT;

CREATE TABLE services (account TEXT PRIMARY KEY, properties TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE containers (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  root INTEGER NOT NULL,
  etag TEXT NOT NULL,
  modified INTEGER NOT NULL,
  public_access TEXT,
  policies TEXT,
  metadata TEXT,
  lease_id TEXT, lease_state TEXT, lease_kind TEXT, lease_seconds INTEGER, lease_expires INTEGER, lease_breaks INTEGER,
  UNIQUE (account, name)
) STRICT;

CREATE TABLE blobs (
  id INTEGER PRIMARY KEY,
  parent INTEGER NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('current', 'snapshot', 'version', 'deleted', 'gone')),
  snapshot TEXT NOT NULL DEFAULT '',
  version TEXT NOT NULL DEFAULT '',
  deleted_at INTEGER,
  kind TEXT NOT NULL CHECK (kind IN ('file', 'directory')),
  committed INTEGER NOT NULL,
  type TEXT,
  length INTEGER,
  etag TEXT NOT NULL,
  created INTEGER,
  modified INTEGER NOT NULL,
  content_type TEXT, content_encoding TEXT, content_language TEXT, content_disposition TEXT, cache_control TEXT,
  md5 BLOB,
  tier TEXT, tier_inferred INTEGER, tier_changed INTEGER,
  sequence_number INTEGER,
  sealed INTEGER,
  metadata TEXT,
  tags TEXT,
  copy TEXT,
  lease_id TEXT, lease_state TEXT, lease_kind TEXT, lease_seconds INTEGER, lease_expires INTEGER, lease_breaks INTEGER,
  immutable_until INTEGER, immutability_mode TEXT, legal_hold INTEGER,
  content INTEGER,
  writer TEXT,
  owner TEXT, owning_group TEXT, acl TEXT, sticky INTEGER
) STRICT;
CREATE UNIQUE INDEX current_blobs ON blobs (parent, name) WHERE state = 'current';
CREATE UNIQUE INDEX former_blobs ON blobs (parent, name, state, snapshot, version, deleted_at) WHERE state <> 'current';

-- Blocks and appended blocks by their order, pages by their first byte. No content: zeros.
CREATE TABLE parts (
  blob INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  length INTEGER NOT NULL,
  content INTEGER,
  start INTEGER NOT NULL,
  PRIMARY KEY (blob, position)
) STRICT, WITHOUT ROWID;

-- Staged blocks, and bytes appended to a file and not flushed (by their position, as 20 digits).
CREATE TABLE staged (
  blob INTEGER NOT NULL,
  name TEXT NOT NULL,
  number INTEGER NOT NULL,
  length INTEGER NOT NULL,
  content INTEGER,
  start INTEGER NOT NULL,
  PRIMARY KEY (blob, name)
) STRICT, WITHOUT ROWID;

-- Small content is here, large content in a file of its own.
CREATE TABLE contents (
  id INTEGER PRIMARY KEY,
  refs INTEGER NOT NULL,
  length INTEGER NOT NULL,
  bytes BLOB,
  file TEXT,
  CHECK ((bytes IS NULL) <> (file IS NULL))
) STRICT;
CREATE INDEX unreferenced_contents ON contents (id) WHERE refs = 0;
CREATE INDEX content_files ON contents (file) WHERE file IS NOT NULL;

CREATE TRIGGER blob_added AFTER INSERT ON blobs WHEN new.content IS NOT NULL
BEGIN UPDATE contents SET refs = refs + 1 WHERE id = new.content; END;
CREATE TRIGGER blob_changed AFTER UPDATE OF content ON blobs WHEN new.content IS NOT old.content
BEGIN
  UPDATE contents SET refs = refs + 1 WHERE id = new.content;
  UPDATE contents SET refs = refs - 1 WHERE id = old.content;
END;
CREATE TRIGGER blob_removed AFTER DELETE ON blobs
BEGIN
  UPDATE contents SET refs = refs - 1 WHERE id = old.content;
  DELETE FROM parts WHERE blob = old.id;
  DELETE FROM staged WHERE blob = old.id;
END;
CREATE TRIGGER part_added AFTER INSERT ON parts WHEN new.content IS NOT NULL
BEGIN UPDATE contents SET refs = refs + 1 WHERE id = new.content; END;
CREATE TRIGGER part_removed AFTER DELETE ON parts WHEN old.content IS NOT NULL
BEGIN UPDATE contents SET refs = refs - 1 WHERE id = old.content; END;
CREATE TRIGGER block_staged AFTER INSERT ON staged WHEN new.content IS NOT NULL
BEGIN UPDATE contents SET refs = refs + 1 WHERE id = new.content; END;
CREATE TRIGGER block_unstaged AFTER DELETE ON staged WHEN old.content IS NOT NULL
BEGIN UPDATE contents SET refs = refs - 1 WHERE id = old.content; END;
`;

/** The time of a snapshot or version; of the blob itself, current or deleted, what sorts behind every time. */
export const ROW_TIME = `iif(snapshot = '' AND version = '', '~', snapshot || version)`;

/** What was deleted can be restored, and former rows of a name are read in the order of their times. */
const WITH_HISTORY = `
ALTER TABLE blobs ADD COLUMN expires_at INTEGER;
CREATE INDEX former_times ON blobs (parent, name, ${ROW_TIME}) WHERE state <> 'current';
CREATE INDEX expiring_blobs ON blobs (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX versions_written ON blobs (version) WHERE state = 'version';
CREATE INDEX container_roots ON containers (root);
CREATE TABLE deleted_containers (
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  deleted_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  root INTEGER NOT NULL,
  etag TEXT NOT NULL,
  modified INTEGER NOT NULL,
  public_access TEXT,
  policies TEXT,
  metadata TEXT,
  PRIMARY KEY (account, name, version)
) STRICT, WITHOUT ROWID;
`;

/** Each brings the tables from the version that is its index to the next one. */
export const SCHEMA_STEPS: readonly string[] = [FIRST, WITH_HISTORY];
