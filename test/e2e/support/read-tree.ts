import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type {
  DataLakeFileClient,
  DataLakePathClient,
  DataLakeServiceClient,
} from '@azure/storage-file-datalake';
import { type BlobServiceClient, RestError } from '@azure/storage-blob';
import { splitStamp } from '../../../src/model/stamp.ts';
import { forEach } from './for-each.ts';

/** Everything that a user can see of a file or directory, by field. */
type Path = Readonly<Record<string, unknown>>;
export type Tree = ReadonlyMap<string, Path>;

const CONCURRENCY = 16;

/**
 * A container as both listings show it, without stamps. The `version` of a file is its ETag at the source,
 * and the ETag of its stamp on the backup; a directory has none, since its ETag is its own. Empty if the
 * container is missing.
 */
export async function listTree(
  side: 'source' | 'backup',
  lake: DataLakeServiceClient,
  blobs: BlobServiceClient,
  container: string,
): Promise<Tree> {
  const tree = new Map<string, Path>();
  try {
    for await (const path of lake.getFileSystemClient(container).listPaths({ recursive: true })) {
      const { name = '', isDirectory = false, owner, group, permissions } = path;
      tree.set(name, {
        kind: isDirectory ? 'directory' : 'file',
        owner,
        group,
        permissions,
        isExtended: permissions?.extendedAcls,
      });
    }
    const listing = blobs.getContainerClient(container).listBlobsFlat({ includeMetadata: true });
    for await (const { name, metadata: all = {}, properties } of listing) {
      const { stamp, metadata } = splitStamp(all);
      const { etag, contentLength, contentType, contentEncoding, contentLanguage } = properties;
      const { contentDisposition, cacheControl } = properties;
      const isFile = tree.get(name)?.['kind'] === 'file';
      tree.set(name, {
        ...tree.get(name),
        metadata,
        ...(isFile && {
          version: side === 'source' ? etag : stamp?.etag,
          size: contentLength,
          headers: { contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl },
        }),
      });
    }
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return new Map();
    throw error;
  }
  return tree;
}

/**
 * What no listing shows: a digest of the content of every file, and access control lists with more than the
 * nine letters of the permissions. A plus after the letters shows a file's further entries; nothing shows the
 * default entries of a directory.
 */
export async function readTree(lake: DataLakeServiceClient, container: string, listed: Tree): Promise<Tree> {
  const tree = new Map<string, Path>();
  await forEach(listed, CONCURRENCY, async ([name, { kind, isExtended }]) => {
    const path = lake.getFileSystemClient(container).getFileClient(name);
    tree.set(name, {
      ...((kind === 'directory' || isExtended === true) && { acl: await readAcl(path) }),
      ...(kind === 'file' && { sha256: await digest(path) }),
    });
  });
  return tree;
}

async function readAcl(path: DataLakePathClient): Promise<string[]> {
  const { acl } = await path.getAccessControl();
  return acl.map((entry) => JSON.stringify(entry)).toSorted();
}

async function digest(file: DataLakeFileClient): Promise<string> {
  const { readableStreamBody } = await file.read();
  const content = readableStreamBody === undefined ? '' : await buffer(readableStreamBody);
  return createHash('sha256').update(content).digest('hex');
}
