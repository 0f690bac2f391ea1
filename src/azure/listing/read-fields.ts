import { METADATA, PROPERTIES, TAG, TAG_SET, TAGS } from './elements.ts';
import type { EntryFields } from './entry-fields.ts';
import type { XmlCursor } from './xml-cursor.ts';

/** All of an entry that `scanBlob` went over before, from where it began. Of a name that comes twice, the last counts. */
export function readFields(cursor: XmlCursor, start: number): EntryFields {
  cursor.at = start;
  while (cursor.leaf());
  cursor.skip(PROPERTIES.open);
  const properties = readLeaves(cursor);
  cursor.skip(PROPERTIES.close);
  const metadata = cursor.skip(METADATA.open) ? readLeaves(cursor) : new Map<string, string>();
  if (!cursor.skip(METADATA.close)) METADATA.empty.some((each) => cursor.skip(each));
  return { properties, metadata, tags: readTags(cursor) };
}

function readLeaves(cursor: XmlCursor): Map<string, string> {
  const leaves = new Map<string, string>();
  while (cursor.leaf()) leaves.set(cursor.name, cursor.text());
  return leaves;
}

function readTags(cursor: XmlCursor): Map<string, string> {
  const tags = new Map<string, string>();
  if (!cursor.skip(TAGS.open) || !cursor.skip(TAG_SET.open)) return tags;
  while (cursor.skip(TAG.open)) {
    cursor.leaf();
    const key = cursor.text();
    cursor.leaf();
    tags.set(key, cursor.text());
    cursor.skip(TAG.close);
  }
  return tags;
}
