import type { DataLakeFileSystemClient } from '@azure/storage-file-datalake';
import type { Metadata } from '../../../src/model/stamp.ts';
import { forEach } from './for-each.ts';

const CONCURRENCY = 16;

/** Writes a file as Hadoop and Spark do: create, append, flush and close. This creates its directories. */
export async function writeFile(
  files: DataLakeFileSystemClient,
  path: string,
  content: string,
  metadata: Metadata = {},
): Promise<void> {
  const file = files.getFileClient(path);
  await file.create({ metadata: { ...metadata } });
  await file.append(content, 0, Buffer.byteLength(content));
  await file.flush(Buffer.byteLength(content), { close: true });
}

export async function writeFiles(
  files: DataLakeFileSystemClient,
  paths: Iterable<string>,
  metadata?: Metadata,
): Promise<void> {
  await forEach(
    paths,
    CONCURRENCY,
    async (path) => await writeFile(files, path, `the content of ${path}`, metadata),
  );
}

/** The paths of a tree of `count` files, a hundred in each directory. */
export function pathsOfTree(root: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${root}/year=${2000 + Math.floor(n / 100)}/part-${n}`);
}

/** The SDK encodes every path except the target of a rename. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
