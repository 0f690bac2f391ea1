import { containerProperties, listedProperties } from './azurite.ts';
import type { BlobDocument, Collection, ContainerDocument, Database } from './azurite-model.ts';

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
