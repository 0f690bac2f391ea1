import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Expects the same files with the same bytes, and the same folders, empty ones too. */
export async function expectEqualFolders(actual: string, expected: string): Promise<void> {
  const entries = await list(expected);
  expect(await list(actual)).toEqual(entries);
  for (const [path, kind] of entries) {
    if (kind === 'folder') continue;
    const [left, right] = await Promise.all([actual, expected].map((folder) => readFile(join(folder, path))));
    expect(left?.equals(right ?? Buffer.alloc(0)), path).toBe(true);
  }
}

async function list(folder: string): Promise<[path: string, kind: 'file' | 'folder'][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .map((entry): [string, 'file' | 'folder'] => [
      join(entry.parentPath, entry.name).slice(folder.length + 1),
      entry.isDirectory() ? 'folder' : 'file',
    ])
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
}
