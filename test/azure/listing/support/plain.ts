import type { ListedPage, PageEntry } from '../../../../src/azure/listing/listing.ts';

/**
 * Everything that a page says, to compare it with another one. What cannot be read becomes an error's
 * message.
 */
export function plain({ entries, nextMarker }: ListedPage) {
  return { nextMarker, entries: entries.map(plainEntry) };
}

function plainEntry(entry: PageEntry) {
  const { name, etag, stamp, isDirectory, isBlockBlob, bytes, tier } = entry;
  return {
    name,
    etag,
    stamp,
    isDirectory,
    isBlockBlob,
    bytes,
    tier,
    details: attempt(() => entry.details()),
  };
}

function attempt<T>(what: () => T): T | string {
  try {
    return what();
  } catch (error) {
    return String(error);
  }
}
