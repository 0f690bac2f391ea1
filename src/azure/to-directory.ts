import { parseEtag } from '../model/etag.js';
import type { DirectoryPresent } from '../model/reading.js';
import type { Metadata } from '../model/stamp.js';

/** What the service adds to the metadata of a directory. */
const FOLDER_MARK = 'hdi_isfolder';

export interface DirectoryProperties {
  readonly etag?: string | undefined;
  readonly lastModified?: Date | undefined;
}

/** What a HEAD and an entry of a listing both tell of a directory. `readAt` is the date of the answer. */
export function toDirectory(
  { etag, lastModified }: DirectoryProperties,
  metadata: Metadata,
  readAt: Date | undefined,
): DirectoryPresent {
  return {
    present: true,
    kind: 'directory',
    etag: parseEtag(etag),
    lastModified: lastModified ?? new Date(0),
    metadata: Object.fromEntries(
      Object.entries(metadata).filter(([name]) => name.toLowerCase() !== FOLDER_MARK),
    ),
    readAt: readAt ?? new Date(0),
  };
}
