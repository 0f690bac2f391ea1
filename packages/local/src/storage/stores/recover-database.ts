import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  BlobDocument,
  BlockDocument,
  Collection,
  ContainerDocument,
  Database,
  Extent,
} from '../../azurite/azurite-model.ts';
import { containerProperties, listedProperties } from '../../azurite/azurite.ts';

interface Mapper {
  readonly type: { readonly modelProperties: Readonly<Record<string, object>> };
}

interface Leased {
  leaseExpireTime?: unknown;
  leaseBreakTime?: unknown;
  readonly properties: object;
}

/**
 * Restores the types of documents in a database that was loaded from disk. JSON has no dates and no bytes: it
 * turns the former into strings and the latter into objects with numbered members, and later comparisons or
 * serialisations fail (a listing of a hierarchical account answered 500, a lease was over after a restart, a
 * lease being broken made every request for its blob fail). Azurite restores the MD5 of a blob in some of its
 * reads and nothing else, so everything is restored here, once, before any read. Azurite's own serialisation
 * table says which properties are dates and which are bytes.
 *
 * Values that cannot be read as a date or as bytes are dropped: a document without an MD5 can be listed, one
 * with an invalid MD5 cannot.
 */
export function restoreTypes(database: Database): void {
  restore(database.getCollection('$BLOBS_COLLECTION$'), listedProperties);
  restore(database.getCollection('$CONTAINERS_COLLECTION$'), containerProperties);
}

function restore(collection: Collection<BlobDocument> | Collection<ContainerDocument>, mapper: Mapper): void {
  const members = Object.entries(mapper.type.modelProperties).map(
    ([name, property]) => [name, restorers[typeOf(property)]] as const,
  );
  for (const document of collection.data) {
    const leased: Leased = document;
    for (const name of ['leaseExpireTime', 'leaseBreakTime'] as const)
      if (leased[name] !== undefined) leased[name] = toDate(leased[name]);
    for (const [name, restoreMember] of members) {
      const value: unknown = Reflect.get(leased.properties, name);
      if (value !== undefined && restoreMember !== undefined)
        Reflect.set(leased.properties, name, restoreMember(value));
    }
  }
}

const restorers: Readonly<Record<string, (value: unknown) => unknown>> = {
  DateTimeRfc1123: toDate,
  ByteArray: toBytes,
};

function typeOf(property: object): string {
  return 'type' in property && typeof property.type === 'object' && property.type !== null
    ? String(Reflect.get(property.type, 'name'))
    : '';
}

function toDate(value: unknown): Date | undefined {
  const date = value instanceof Date || typeof value === 'string' ? new Date(value) : undefined;
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}

/** Bytes in JSON: `{"0": 1, "1": 2}` of a Uint8Array, `{"type": "Buffer", "data": [1, 2]}` of a Buffer. */
function toBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const bytes: unknown[] = 'data' in value && Array.isArray(value.data) ? value.data : Object.values(value);
  const isByte = (byte: unknown) => Number.isInteger(byte) && Number(byte) >= 0 && Number(byte) <= 255;
  return bytes.every(isByte) ? Uint8Array.from(bytes, Number) : undefined;
}

/**
 * Makes the metadata and the extent files of a data directory consistent after a crash: drops a blob or
 * staged block with missing bytes (an unreadable blob is worse than a missing one, because a listing shows
 * it), and deletes files without references.
 */
export async function dropTornBlobs(directory: string, database: Database): Promise<void> {
  const sizes = new Map<string, number>();
  for (const name of await readdir(directory)) sizes.set(name, (await stat(join(directory, name))).size);

  const isThere = ({ id, offset, count }: Extent) =>
    count === 0 || id === zeroExtent || (sizes.get(id) ?? -1) >= offset + count;
  const blobs = database.getCollection('$BLOBS_COLLECTION$');
  const blocks = database.getCollection('$BLOCKS_COLLECTION$');
  const torn = blobs.data.filter((blob) => !extentsOf(blob).every(isThere));
  for (const blob of torn) blobs.remove(blob);
  const tornBlocks = blocks.data.filter((block: BlockDocument) => !isThere(block.persistency));
  for (const block of tornBlocks) blocks.remove(block);

  const used = new Set<string>();
  for (const blob of blobs.data) for (const extent of extentsOf(blob)) used.add(extent.id);
  for (const block of blocks.data) used.add(block.persistency.id);
  const unused = [...sizes.keys()].filter((name) => !used.has(name));
  for (const name of unused) await unlink(join(directory, name));
}

/** Azurite's name for unwritten pages. */
const zeroExtent = '*ZERO*';

function extentsOf(blob: BlobDocument): readonly Extent[] {
  const parts = [...(blob.committedBlocksInOrder ?? []), ...(blob.pageRangesInOrder ?? [])];
  return [...(blob.persistency ? [blob.persistency] : []), ...parts.map((part) => part.persistency)];
}

/**
 * Refuses a data directory with accounts of the other kind: in one kind a document's name is its path, in the
 * other an id.
 */
export function refuseOtherAccountKind(database: Database, hierarchical: boolean): void {
  const [first] = database.getCollection('$BLOBS_COLLECTION$').data;
  if (first === undefined || 'entry' in first === hierarchical) return;
  const [held, wanted] = hierarchical ? ['flat', 'hierarchical'] : ['hierarchical', 'flat'];
  throw new Error(`Storage: the data directory holds ${held} accounts and cannot serve ${wanted} ones`);
}
