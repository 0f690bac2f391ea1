import type { BlobItem } from '@azure/storage-blob';
import { etagHeader, parseEtag } from '../model/etag.js';
import { type ContainerName, type Key, parseBlobPath } from '../model/key.js';
import type { DirectoryPresent } from '../model/reading.js';
import type {
  AccountInspector,
  ListedReading,
  ListOptions,
  PublicAccess,
  VersionRange,
} from '../ports/account-inspector.js';
import { blobClient } from './blob-client.js';
import { withoutFolderMark } from './folder-mark.js';
import { createAzureReader } from './azure-reader.js';
import type { Account } from './connect-account.js';
import { DamagedPage } from './listing/damaged-page.js';
import { oncePaged } from './listing/once-paged.js';
import { serviceCode, toStorageError } from './storage-error.js';
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
      for await (const { segment, date } of oncePaged(pages))
        yield segment.blobItems.map((item) => toListed(item, prefix, date));
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
      if (serviceCode(error) === 'ConditionNotMet' || isAbsent(error)) return undefined;
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

/** @throws DamagedPage */
function toListed(item: BlobItem, prefix: string, readAt: Date | undefined): ListedReading {
  if (!item.name.startsWith(prefix)) throw new DamagedPage('a name without the prefix that was asked for');
  try {
    return readItem(item, readAt);
  } catch (error) {
    throw new DamagedPage('an entry without what every entry has', { cause: error });
  }
}

function readItem(item: BlobItem, readAt: Date | undefined): ListedReading {
  const { name, properties, metadata = {}, tags = {} } = item;
  const path = parseBlobPath(name);
  const type = resourceType(properties);
  return {
    path,
    reading: type === 'directory' ? toDirectory(item, readAt) : toReading(properties, metadata),
    tags,
    ...(type !== undefined && { accessUntold: true }),
  };
}

/**
 * `file` or `directory` on a hierarchical account, which alone lists it; the SDK hands it on without a type. On a flat
 * account a blob may say in its metadata that it is a directory, and is a blob all the same.
 */
function resourceType(properties: BlobItem['properties'] & { readonly ResourceType?: unknown }): unknown {
  return properties.ResourceType;
}

function toDirectory({ properties, metadata = {} }: BlobItem, readAt: Date | undefined): DirectoryPresent {
  return {
    present: true,
    kind: 'directory',
    etag: parseEtag(properties.etag),
    lastModified: properties.lastModified,
    metadata: withoutFolderMark(metadata),
    readAt: readAt ?? new Date(0),
  };
}
