import { ascii, BLOB, METADATA, PROPERTIES, REPLICATION, TAG, TAG_SET, TAGS } from './elements.js';
import type { ListedEntry } from './listed-page.js';
import { type EntryPlaces, ScannedEntry } from './scanned-entry.js';
import type { XmlCursor } from './xml-cursor.js';

const NAME = ascii('Name');
const VERSION_ID = ascii('VersionId');
const IS_CURRENT_VERSION = ascii('IsCurrentVersion');
const ETAG = ascii('Etag');
const RESOURCE_TYPE = ascii('ResourceType');
const COPY_STATUS = ascii('CopyStatus');
const STAMP = ascii('blobmirror');
const IS_FOLDER = ascii('hdi_isfolder');
const KEY = ascii('Key');
const VALUE = ascii('Value');
const [QUOTE, AMPERSAND] = [0x22, 0x26];

/** One `<Blob>`, from behind its beginning to behind its end. Undefined when it is not written as is known. */
export function scanBlob(cursor: XmlCursor): ListedEntry | undefined {
  const places: EntryPlaces = {
    start: cursor.at,
    nameStart: 0,
    nameEnd: 0,
    etagStart: 0,
    etagEnd: 0,
    stampStart: -1,
    stampEnd: -1,
    isDirectory: false,
    isUnsettled: false,
  };
  const isKnown =
    scanName(cursor, places) &&
    scanVersion(cursor) &&
    scanProperties(cursor, places) &&
    scanMetadata(cursor, places) &&
    scanTags(cursor) &&
    scanReplication(cursor) &&
    cursor.skip(BLOB.close);
  return isKnown ? new ScannedEntry(cursor, places) : undefined;
}

function scanName(cursor: XmlCursor, places: EntryPlaces): boolean {
  if (!cursor.leaf() || !cursor.isNamed(NAME)) return false;
  places.nameStart = cursor.textStart;
  places.nameEnd = cursor.textEnd;
  return places.nameEnd > places.nameStart;
}

/** Of entries that are no blob as it is now, such as snapshots, the parser knows more. */
function scanVersion(cursor: XmlCursor): boolean {
  if (!cursor.leaf()) return true;
  if (cursor.isNamed(VERSION_ID) && !cursor.leaf()) return true;
  return cursor.isNamed(IS_CURRENT_VERSION) && cursor.text() === 'true';
}

function scanProperties(cursor: XmlCursor, places: EntryPlaces): boolean {
  let [etags, resourceTypes, copyStatuses] = [0, 0, 0];
  if (!cursor.skip(PROPERTIES.open)) return false;
  while (cursor.leaf()) {
    if (cursor.isNamed(ETAG)) {
      // Listings have ETags without quotes.
      if (cursor.textBeginsWith(QUOTE) || cursor.textBeginsWith(AMPERSAND)) return false;
      etags++;
      places.etagStart = cursor.textStart;
      places.etagEnd = cursor.textEnd;
    } else if (cursor.isNamed(RESOURCE_TYPE)) {
      resourceTypes++;
      places.isDirectory = cursor.text() === 'directory';
    } else if (cursor.isNamed(COPY_STATUS)) {
      copyStatuses++;
      places.isUnsettled = cursor.text() !== 'success';
    }
  }
  const isClear = etags === 1 && places.etagEnd > places.etagStart && resourceTypes < 2 && copyStatuses < 2;
  return isClear && cursor.skip(PROPERTIES.close);
}

function scanMetadata(cursor: XmlCursor, places: EntryPlaces): boolean {
  let [stamps, folders] = [0, 0];
  if (METADATA.empty.some((each) => cursor.skip(each)) || !cursor.skip(METADATA.open)) return true;
  while (cursor.leaf()) {
    if (cursor.isNamedInAnyCase(STAMP)) {
      stamps++;
      places.stampStart = cursor.textStart;
      places.stampEnd = cursor.textEnd;
    } else if (cursor.isNamedInAnyCase(IS_FOLDER)) {
      folders++;
      if (cursor.text().toLowerCase() === 'true') places.isDirectory = true;
    }
  }
  return stamps < 2 && folders < 2 && cursor.skip(METADATA.close);
}

function scanTags(cursor: XmlCursor): boolean {
  if (TAGS.empty.some((each) => cursor.skip(each)) || !cursor.skip(TAGS.open)) return true;
  if (TAG_SET.empty.some((each) => cursor.skip(each))) return cursor.skip(TAGS.close);
  if (!cursor.skip(TAG_SET.open)) return false;
  while (cursor.skip(TAG.open)) {
    if (!cursor.leaf() || !cursor.isNamed(KEY) || !cursor.leaf() || !cursor.isNamed(VALUE)) return false;
    if (!cursor.skip(TAG.close)) return false;
  }
  return cursor.skip(TAG_SET.close) && cursor.skip(TAGS.close);
}

/** What object replication says of itself. */
function scanReplication(cursor: XmlCursor): boolean {
  if (REPLICATION.empty.some((each) => cursor.skip(each)) || !cursor.skip(REPLICATION.open)) return true;
  while (cursor.leaf());
  return cursor.skip(REPLICATION.close);
}
