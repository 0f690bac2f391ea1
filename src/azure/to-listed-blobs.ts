import type { BlobItem, ContainerListBlobFlatSegmentResponse } from '@azure/storage-blob';
import { parseBlobPath } from '../model/key.js';
import type { ListedBlob } from '../ports/blob-reader.js';
import { hasFolderMark, withoutFolderMark } from './folder-mark.js';
import { toReading } from './to-reading.js';

/**
 * The entries of one page. Only a hierarchical account tells what kind of thing an entry is, in an element that the SDK
 * drops; on a flat one a blob may bear the mark of a directory and is a blob all the same.
 */
export function toListedBlobs({
  segment,
  _response,
}: ContainerListBlobFlatSegmentResponse): readonly ListedBlob[] {
  let isHierarchical: boolean | undefined;
  return segment.blobItems.map((item) => {
    if (!hasFolderMark(item.metadata ?? {})) return toListed(item, false);
    isHierarchical ??= _response.bodyAsText.includes('<ResourceType>');
    return toListed(item, isHierarchical);
  });
}

function toListed({ name, properties, metadata = {} }: BlobItem, isDirectory: boolean): ListedBlob {
  const { etag, stamp } = toReading(properties, metadata);
  return {
    path: parseBlobPath(name),
    isDirectory,
    etag,
    stamp,
    ...(isDirectory && { metadata: withoutFolderMark(metadata) }),
  };
}
