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
 * Gives the documents of a database that was loaded from disk the types that they were stored with. JSON has no dates
 * and no bytes: it makes a string of the one and an object with numbered members of the other, and whoever compares or
 * serialises them later fails (a listing of a hierarchical account answered 500, a lease was over after a restart, a
 * lease that was being broken made every request for its blob fail). Azurite restores the MD5 of a blob in some of its
 * reads and nothing else, so all is restored here, once, before anything reads it. Which properties are dates and which
 * are bytes is known from Azurite's own table of how they are serialised.
 *
 * What cannot be read as a date or as bytes is dropped: a document without an MD5 can be listed, one with junk cannot.
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

/** Bytes as JSON has them: `{"0": 1, "1": 2}` of a Uint8Array, `{"type": "Buffer", "data": [1, 2]}` of a Buffer. */
function toBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const bytes: unknown[] = 'data' in value && Array.isArray(value.data) ? value.data : Object.values(value);
  const isByte = (byte: unknown) => Number.isInteger(byte) && Number(byte) >= 0 && Number(byte) <= 255;
  return bytes.every(isByte) ? Uint8Array.from(bytes, Number) : undefined;
}

/**
 * Makes the metadata and the extent files of a data directory agree after whatever happened: a blob or staged block
 * whose bytes are not all there is dropped (a blob that cannot be read is worse than one that is missing, because a
 * listing shows it), and a file that nothing refers to is deleted.
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

/** Azurite's name for pages that were never written. */
const zeroExtent = '*ZERO*';

function extentsOf(blob: BlobDocument): readonly Extent[] {
  const parts = [...(blob.committedBlocksInOrder ?? []), ...(blob.pageRangesInOrder ?? [])];
  return [...(blob.persistency ? [blob.persistency] : []), ...parts.map((part) => part.persistency)];
}

/**
 * Refuses a data directory that was filled by accounts of the other kind: in one a document's name is its path, in the
 * other an id.
 */
export function refuseOtherAccountKind(database: Database, hierarchical: boolean): void {
  const [first] = database.getCollection('$BLOBS_COLLECTION$').data;
  if (first === undefined || 'entry' in first === hierarchical) return;
  const [held, wanted] = hierarchical ? ['flat', 'hierarchical'] : ['hierarchical', 'flat'];
  throw new Error(`Storage: the data directory holds ${held} accounts and cannot serve ${wanted} ones`);
}
