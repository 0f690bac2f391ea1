import { etagHeader, parseEtag } from '../model/etag.ts';
import type { ContainerName, Key } from '../model/key.ts';
import type { DirectoryPresent } from '../model/reading.ts';
import type { Metadata } from '../model/stamp.ts';
import type {
  AccountInspector,
  ListedReading,
  ListOptions,
  PublicAccess,
  VersionRange,
} from '../ports/account-inspector.ts';
import { blobClient } from './blob/blob-client.ts';
import { type BlobProperties, toReading, withoutFolderMark } from './blob/to-reading.ts';
import { createAzureBlobReader } from './blob-reader.ts';
import type { Account } from './account/connect-account.ts';
import { DamagedPage } from './errors/damaged-page.ts';
import { hasNothingToList, listPages } from './listing/list-pages.ts';
import type { PageEntry } from './listing/listing.ts';
import { isAbsent, serviceCode, toStorageError } from './errors/storage-error.ts';

/** What a comparison of whole accounts reads, on a real account. */
export function createAzureAccountInspector(account: Account): AccountInspector {
  const { name, client } = account;

  async function* listReadings(
    container: ContainerName,
    { prefix, tags }: ListOptions,
  ): AsyncIterable<readonly ListedReading[]> {
    const include = { metadata: true, copy: true, tags };
    try {
      for await (const page of listPages(account, container, { prefix, include })) {
        const readings = page.entries.map((entry) => toListed(entry, page.readAt));
        // Every field is read before the page's memory, some megabytes, is reused for the next page.
        page.release();
        yield readings;
      }
    } catch (error) {
      if (hasNothingToList(error)) return;
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

  return { ...createAzureBlobReader(account), listReadings, readRange, readPublicAccess };
}

/** @throws DamagedPage */
function toListed(entry: PageEntry, readAt: Date | undefined): ListedReading {
  try {
    return readEntry(entry, readAt);
  } catch (error) {
    throw new DamagedPage('an entry without what every entry has', { cause: error });
  }
}

function readEntry(entry: PageEntry, readAt: Date | undefined): ListedReading {
  const { properties, metadata, isMetadataWhole, tags, resourceType } = entry.details();
  return {
    path: entry.path,
    reading: entry.isDirectory ? toDirectory(properties, metadata, readAt) : toReading(properties, metadata),
    tags,
    ...(resourceType !== undefined && { accessUntold: true }),
    ...(!isMetadataWhole && { metadataUntold: true }),
  };
}

function toDirectory(
  { etag, lastModified = new Date(0) }: BlobProperties,
  metadata: Metadata,
  readAt = new Date(0),
): DirectoryPresent {
  return {
    present: true,
    kind: 'directory',
    etag: parseEtag(etag),
    lastModified,
    metadata: withoutFolderMark(metadata),
    readAt,
  };
}
