import type { Metadata } from '../model/stamp.ts';

/** What a hierarchical account adds to the metadata of a directory. */
export const FOLDER_MARK = 'hdi_isfolder';

export function withoutFolderMark(metadata: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name.toLowerCase() !== FOLDER_MARK));
}
