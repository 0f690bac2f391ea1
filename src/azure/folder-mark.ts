import type { Metadata } from '../model/stamp.js';

/** What a hierarchical account adds to the metadata of a directory, and what programs for flat accounts give a blob. */
const FOLDER_MARK = 'hdi_isfolder';

export function hasFolderMark(metadata: Metadata): boolean {
  return Object.entries(metadata).some(([name, value]) => isFolderMark(name) && value === 'true');
}

export function withoutFolderMark(metadata: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !isFolderMark(name)));
}

function isFolderMark(name: string): boolean {
  return name.toLowerCase() === FOLDER_MARK;
}
