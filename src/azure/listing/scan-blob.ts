import { ascii, BLOB, METADATA, PROPERTIES, REPLICATION, TAG, TAG_SET, TAGS } from './elements.js';
import type { ListedEntry } from './listed-page.js';
import { type Place, ScannedEntry } from './scanned-entry.js';
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

/** One `<Blob>`, from behind its beginning to behind its end. Undefined when it is not written as is known. */
export function scanBlob(cursor: XmlCursor): ListedEntry | undefined {
  const start = cursor.at;
  if (!cursor.leaf() || !cursor.isNamed(NAME)) return undefined;
  const name = place(cursor);
  if (name === undefined || !scanVersion(cursor)) return undefined;

  const properties = scanProperties(cursor);
  const metadata = scanMetadata(cursor);
  if (properties === undefined || metadata === undefined) return undefined;
  if (!scanTags(cursor) || !scanReplication(cursor) || !cursor.skip(BLOB.close)) return undefined;

  const stamp = properties.isCopyUnsettled ? undefined : metadata.stamp;
  return new ScannedEntry(
    cursor,
    { start, name, etag: properties.etag, stamp },
    properties.isDirectory || metadata.isDirectory,
  );
}

/** Of the last leaf; nothing when it is empty. */
function place({ textStart, textEnd }: XmlCursor): Place | undefined {
  return textStart === textEnd ? undefined : [textStart, textEnd];
}

/** Of entries that are no blob as it is now, such as snapshots, the parser knows more. */
function scanVersion(cursor: XmlCursor): boolean {
  if (!cursor.leaf()) return true;
  if (cursor.isNamed(VERSION_ID) && !cursor.leaf()) return true;
  return cursor.isNamed(IS_CURRENT_VERSION) && cursor.text() === 'true';
}

interface ScannedProperties {
  readonly etag: Place;
  readonly isDirectory: boolean;
  readonly isCopyUnsettled: boolean;
}

function scanProperties(cursor: XmlCursor): ScannedProperties | undefined {
  let etag: Place | undefined;
  let resourceType: string | undefined;
  let copyStatus: string | undefined;
  if (!cursor.skip(PROPERTIES.open)) return undefined;
  while (cursor.leaf()) {
    if (cursor.isNamed(ETAG)) {
      if (etag !== undefined) return undefined;
      etag = place(cursor);
    } else if (cursor.isNamed(RESOURCE_TYPE)) {
      if (resourceType !== undefined) return undefined;
      resourceType = cursor.text();
    } else if (cursor.isNamed(COPY_STATUS)) {
      if (copyStatus !== undefined) return undefined;
      copyStatus = cursor.text();
    }
  }
  if (etag === undefined || !cursor.skip(PROPERTIES.close)) return undefined;
  return {
    etag,
    isDirectory: resourceType === 'directory',
    isCopyUnsettled: copyStatus !== undefined && copyStatus !== 'success',
  };
}

interface ScannedMetadata {
  readonly stamp: Place | undefined;
  readonly isDirectory: boolean;
}

const NO_METADATA: ScannedMetadata = { stamp: undefined, isDirectory: false };

function scanMetadata(cursor: XmlCursor): ScannedMetadata | undefined {
  let stamp: Place | undefined;
  let isFolder: string | undefined;
  if (METADATA.empty.some((each) => cursor.skip(each)) || !cursor.skip(METADATA.open)) return NO_METADATA;
  while (cursor.leaf()) {
    if (cursor.isNamedInAnyCase(STAMP)) {
      if (stamp !== undefined) return undefined;
      stamp = [cursor.textStart, cursor.textEnd];
    } else if (cursor.isNamedInAnyCase(IS_FOLDER)) {
      if (isFolder !== undefined) return undefined;
      isFolder = cursor.text();
    }
  }
  if (!cursor.skip(METADATA.close)) return undefined;
  return { stamp, isDirectory: isFolder?.toLowerCase() === 'true' };
}

function scanTags(cursor: XmlCursor): boolean {
  if (TAGS.empty.some((each) => cursor.skip(each)) || !cursor.skip(TAGS.open)) return true;
  if (!TAG_SET.empty.some((each) => cursor.skip(each))) {
    if (!cursor.skip(TAG_SET.open)) return false;
    while (cursor.skip(TAG.open)) {
      if (!cursor.leaf() || !cursor.isNamed(KEY) || !cursor.leaf() || !cursor.isNamed(VALUE)) return false;
      if (!cursor.skip(TAG.close)) return false;
    }
    if (!cursor.skip(TAG_SET.close)) return false;
  }
  return cursor.skip(TAGS.close);
}

/** What object replication says of itself. */
function scanReplication(cursor: XmlCursor): boolean {
  if (REPLICATION.empty.some((each) => cursor.skip(each)) || !cursor.skip(REPLICATION.open)) return true;
  while (cursor.leaf());
  return cursor.skip(REPLICATION.close);
}
