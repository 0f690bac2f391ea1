import type { BlobItem } from '@azure/storage-blob';
import { etagHeader } from '../model/etag.js';
import { type ContainerName, type Key, parseBlobPath } from '../model/key.js';
import type {
  AccountInspector,
  ListedReading,
  ListOptions,
  PublicAccess,
  VersionRange,
} from '../ports/account-inspector.js';
import { blobClient } from './blob-client.js';
import { createAzureReader } from './azure-reader.js';
import type { Account } from './connect-account.js';
import { httpStatus, serviceCode, toStorageError } from './storage-error.js';
import { toDirectory } from './to-directory.js';
import { toReading } from './to-reading.js';

const PAGE_SIZE = 5000;

/** What a comparison of whole accounts asks, on a real account. */
export function createAzureInspector(account: Account): AccountInspector {
  const { name, client } = account;

  async function* listReadings(
    container: ContainerName,
    { prefix, tags }: ListOptions,
  ): AsyncIterable<readonly ListedReading[]> {
    const pages = client
      .getContainerClient(container)
      .listBlobsFlat({ prefix, includeMetadata: true, includeCopy: true, includeTags: tags })
      .byPage({ maxPageSize: PAGE_SIZE });
    try {
      for await (const { segment, date } of pages)
        yield segment.blobItems.map((item) => toListed(item, date));
    } catch (error) {
      if (serviceCode(error) === 'ContainerNotFound') return;
      throw toStorageError(error, 'read', name);
    }
  }

  async function readRange(
    { container, path }: Key,
    { etag, offset, count }: VersionRange,
  ): Promise<Uint8Array | undefined> {
    const blob = blobClient(account, { container, path });
    try {
      return await blob.downloadToBuffer(offset, count, {
        blockSize: count,
        conditions: { ifMatch: etagHeader(etag) },
      });
    } catch (error) {
      if (httpStatus(error) === 412 || isAbsent(error)) return undefined;
      throw toStorageError(error, 'read', name);
    }
  }

  async function readPublicAccess(container: ContainerName): Promise<PublicAccess> {
    try {
      const { blobPublicAccess } = await client.getContainerClient(container).getProperties();
      return blobPublicAccess ?? 'none';
    } catch (error) {
      if (serviceCode(error) === 'ContainerNotFound') return 'none';
      throw toStorageError(error, 'read', name);
    }
  }

  return { ...createAzureReader(account), listReadings, readRange, readPublicAccess };
}

function isAbsent(error: unknown): boolean {
  const code = serviceCode(error);
  return code === 'BlobNotFound' || code === 'ContainerNotFound';
}

function toListed(item: BlobItem, readAt: Date | undefined): ListedReading {
  const { name, properties, metadata = {}, tags = {} } = item;
  const path = parseBlobPath(name);
  switch (resourceType(properties)) {
    case undefined:
      return { path, reading: toReading(properties, metadata), tags };
    case 'directory':
      return { path, reading: toDirectory(properties, metadata, readAt), tags, accessUntold: true };
    default:
      return { path, reading: toReading(properties, metadata), tags, accessUntold: true };
  }
}

/**
 * `file` or `directory` on a hierarchical account, which alone lists it. The SDK hands it on without a type. (On a flat
 * account a blob may say that it is a directory in its metadata; it is a blob all the same.)
 */
function resourceType(properties: BlobItem['properties'] & { readonly ResourceType?: unknown }): unknown {
  return properties.ResourceType;
}
