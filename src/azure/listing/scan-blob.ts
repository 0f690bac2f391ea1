import { type EntryFields } from './entry-fields.ts';
import type { EntryOffsets } from './offsets-table.ts';
import type { XmlCursor } from './xml-cursor.ts';

/** The container elements of a page, as bytes to search for. */
export interface Element {
  readonly open: Uint8Array;
  readonly close: Uint8Array;
  /** The two forms in which services write an empty element. */
  readonly empty: readonly [Uint8Array, Uint8Array];
}

export const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

const element = (name: string): Element => ({
  open: ascii(`<${name}>`),
  close: ascii(`</${name}>`),
  empty: [ascii(`<${name} />`), ascii(`<${name}/>`)],
});

export const ROOT = element('EnumerationResults');
export const BLOBS = element('Blobs');
export const BLOB = element('Blob');
const PROPERTIES = element('Properties');
const METADATA = element('Metadata');
const TAGS = element('Tags');
const TAG_SET = element('TagSet');
const TAG = element('Tag');
const REPLICATION = element('OrMetadata');

const NAME = ascii('Name');
const VERSION_ID = ascii('VersionId');
const IS_CURRENT_VERSION = ascii('IsCurrentVersion');
const ETAG = ascii('Etag');
const RESOURCE_TYPE = ascii('ResourceType');
const COPY_STATUS = ascii('CopyStatus');
const BLOB_TYPE = ascii('BlobType');
const CONTENT_LENGTH = ascii('Content-Length');
const ACCESS_TIER = ascii('AccessTier');
const ACCESS_TIER_INFERRED = ascii('AccessTierInferred');
const ARCHIVE_STATUS = ascii('ArchiveStatus');
const ACCESS = ['Owner', 'Group', 'Permissions', 'Acl'].map(ascii);
const STAMP = ascii('blobmirror');
const KEY = ascii('Key');
const VALUE = ascii('Value');
const TRUE = ascii('true');
const DIRECTORY = ascii('directory');
const SUCCESS = ascii('success');
const BLOCK_BLOB = ascii('BlockBlob');
const [QUOTE, AMPERSAND] = [0x22, 0x26];

/** Elements whose text decides how the entry is read, or whether it is an entry. */
const JUDGED = [IS_CURRENT_VERSION, RESOURCE_TYPE, COPY_STATUS, BLOB_TYPE, ACCESS_TIER_INFERRED];
const WITH_CHILDREN = [PROPERTIES, METADATA, TAGS, TAG_SET, TAG, REPLICATION].map(({ open }) =>
  open.subarray(1, -1),
);

/** Whether an entry with another text in the last leaf could be another kind of entry, or none. */
export function isJudgedByText(cursor: XmlCursor): boolean {
  return [...JUDGED, ...WITH_CHILDREN].some((name) => cursor.isNamed(name));
}

const NOTHING: EntryOffsets = {
  start: 0,
  nameStart: 0,
  nameEnd: 0,
  etagStart: 0,
  etagEnd: 0,
  stampStart: -1,
  stampEnd: -1,
  lengthStart: -1,
  lengthEnd: -1,
  tierStart: -1,
  tierEnd: -1,
  accessStart: -1,
  accessEnd: -1,
  isDirectory: false,
  isBlockBlob: false,
  isRehydrating: false,
  isUnsettled: false,
  isNameEscaped: false,
};

/**
 * One `<Blob>`, from the byte after its start tag to the end of its end tag. Undefined for an unknown form.
 */
export function scanBlob(cursor: XmlCursor): EntryOffsets | undefined {
  const places: EntryOffsets = { ...NOTHING, start: cursor.at };
  const isKnown =
    scanName(cursor, places) &&
    scanVersion(cursor) &&
    scanProperties(cursor, places) &&
    scanMetadata(cursor, places) &&
    scanTags(cursor) &&
    scanReplication(cursor) &&
    cursor.skip(BLOB.close);
  return isKnown ? places : undefined;
}

function scanName(cursor: XmlCursor, places: EntryOffsets): boolean {
  if (!cursor.skipLeaf() || !cursor.isNamed(NAME)) return false;
  places.nameStart = cursor.textStart;
  places.nameEnd = cursor.textEnd;
  places.isNameEscaped = cursor.hasReference;
  return places.nameEnd > places.nameStart;
}

/** Entries that are not a current blob, such as snapshots, are left to the parser. */
function scanVersion(cursor: XmlCursor): boolean {
  if (!cursor.skipLeaf()) return true;
  if (cursor.isNamed(VERSION_ID) && !cursor.skipLeaf()) return true;
  return cursor.isNamed(IS_CURRENT_VERSION) && cursor.isText(TRUE);
}

function scanProperties(cursor: XmlCursor, places: EntryOffsets): boolean {
  let etags = 0;
  let resourceTypes = 0;
  let copyStatuses = 0;
  let blobTypes = 0;
  let tiers = 0;
  let accesses = 0;
  let isInferred = false;
  if (!cursor.skip(PROPERTIES.open)) return false;
  while (cursor.skipLeaf()) {
    if (cursor.isNamed(ETAG)) {
      // Listings have ETags without quotes.
      if (cursor.textBeginsWith(QUOTE) || cursor.textBeginsWith(AMPERSAND)) return false;
      etags++;
      places.etagStart = cursor.textStart;
      places.etagEnd = cursor.textEnd;
    } else if (cursor.isNamed(RESOURCE_TYPE)) {
      resourceTypes++;
      places.isDirectory = cursor.isText(DIRECTORY);
    } else if (cursor.isNamed(COPY_STATUS)) {
      copyStatuses++;
      places.isUnsettled = !cursor.isText(SUCCESS);
    } else if (cursor.isNamed(BLOB_TYPE)) {
      blobTypes++;
      places.isBlockBlob = cursor.isText(BLOCK_BLOB);
    } else if (cursor.isNamed(ACCESS_TIER)) {
      tiers++;
      places.tierStart = cursor.hasText ? cursor.textStart : -1;
      places.tierEnd = cursor.hasText ? cursor.textEnd : -1;
    } else if (cursor.isNamed(ACCESS_TIER_INFERRED)) {
      isInferred = cursor.isText(TRUE);
    } else if (cursor.isNamed(CONTENT_LENGTH)) {
      places.lengthStart = cursor.hasText ? cursor.textStart : -1;
      places.lengthEnd = cursor.hasText ? cursor.textEnd : -1;
    } else if (cursor.isNamed(ARCHIVE_STATUS)) {
      places.isRehydrating = true;
    } else if (ACCESS.some((name) => cursor.isNamed(name))) {
      // The service's form: in this order, each once and with a text. Other forms are compared part by part.
      if (accesses === 0) places.accessStart = cursor.textStart;
      const isUsual = cursor.hasText && cursor.isNamed(ACCESS[accesses] ?? NAME);
      accesses = isUsual ? accesses + 1 : ACCESS.length + 1;
      places.accessEnd = cursor.textEnd;
    }
  }
  if (isInferred) places.tierStart = places.tierEnd = -1;
  if (accesses !== ACCESS.length) places.accessStart = places.accessEnd = -1;
  const isOnce = resourceTypes < 2 && copyStatuses < 2 && blobTypes < 2 && tiers < 2;
  const isClear = etags === 1 && places.etagEnd > places.etagStart && isOnce;
  return isClear && cursor.skip(PROPERTIES.close);
}

function scanMetadata(cursor: XmlCursor, places: EntryOffsets): boolean {
  let stamps = 0;
  if (METADATA.empty.some((each) => cursor.skip(each)) || !cursor.skip(METADATA.open)) return true;
  while (cursor.skipLeaf()) {
    if (cursor.isNamedInAnyCase(STAMP)) {
      stamps++;
      places.stampStart = cursor.hasText ? cursor.textStart : -1;
      places.stampEnd = cursor.hasText ? cursor.textEnd : -1;
    }
  }
  return stamps < 2 && cursor.skip(METADATA.close);
}

function scanTags(cursor: XmlCursor): boolean {
  if (TAGS.empty.some((each) => cursor.skip(each)) || !cursor.skip(TAGS.open)) return true;
  if (TAG_SET.empty.some((each) => cursor.skip(each))) return cursor.skip(TAGS.close);
  if (!cursor.skip(TAG_SET.open)) return false;
  while (cursor.skip(TAG.open)) {
    if (!cursor.skipLeaf() || !cursor.isNamed(KEY) || !cursor.skipLeaf() || !cursor.isNamed(VALUE))
      return false;
    if (!cursor.skip(TAG.close)) return false;
  }
  return cursor.skip(TAG_SET.close) && cursor.skip(TAGS.close);
}

/** Elements of object replication. */
function scanReplication(cursor: XmlCursor): boolean {
  if (REPLICATION.empty.some((each) => cursor.skip(each)) || !cursor.skip(REPLICATION.open)) return true;
  while (cursor.skipLeaf());
  return cursor.skip(REPLICATION.close);
}

/** All fields of an entry that `scanBlob` accepted, from its start. Of a duplicate name, the last counts. */
export function readFields(cursor: XmlCursor, start: number): EntryFields {
  cursor.at = start;
  while (cursor.skipLeaf());
  cursor.skip(PROPERTIES.open);
  const properties = readLeaves(cursor);
  cursor.skip(PROPERTIES.close);
  const metadata = cursor.skip(METADATA.open) ? readLeaves(cursor) : new Map<string, string>();
  if (!cursor.skip(METADATA.close)) METADATA.empty.some((each) => cursor.skip(each));
  return { properties, metadata, tags: readTags(cursor) };
}

function readLeaves(cursor: XmlCursor): Map<string, string> {
  const leaves = new Map<string, string>();
  while (cursor.skipLeaf()) leaves.set(cursor.name, cursor.text());
  return leaves;
}

function readTags(cursor: XmlCursor): Map<string, string> {
  const tags = new Map<string, string>();
  if (!cursor.skip(TAGS.open) || !cursor.skip(TAG_SET.open)) return tags;
  while (cursor.skip(TAG.open)) {
    cursor.skipLeaf();
    const key = cursor.text();
    cursor.skipLeaf();
    tags.set(key, cursor.text());
    cursor.skip(TAG.close);
  }
  return tags;
}
