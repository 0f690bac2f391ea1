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

/** All that a user can see of a file or directory, by field. */
type Path = Readonly<Record<string, unknown>>;
export type Tree = ReadonlyMap<string, Path>;

const CONCURRENCY = 16;

/**
 * A container as both listings show it, the stamp taken off. The `version` of a file is its ETag at the source, and what
 * its stamp says on the backup; a directory has none, since its ETag is its own. Empty for a container that is not there.
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
 * What no listing tells: a digest of the content of every file, and access control lists where there is more to them
 * than nine letters: entries of a file besides those of the owner, the group and all others are told by a plus at the
 * letters' end, the default entries of a directory by nothing.
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
