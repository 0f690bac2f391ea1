import type { Access } from '../model/access.ts';
import { type ContainerName, type Key, parseContainerName } from '../model/key.ts';
import type { Reading, Tags } from '../model/reading.ts';
import { RESERVED_DIRECTORY, isReserved } from '../model/scope.ts';
import type { Metadata } from '../model/stamp.ts';
import type { BlobPage, BlobReader, ListRange } from '../ports/blob-reader.ts';
import { blobClient } from './blob/blob-client.ts';
import type { Account } from './account/connect-account.ts';
import { readMetadataWithCase } from '../sdk-internals/storage-sdk.ts';
import { createListingStart, hasNothingToList, refuseRepeatedPages } from './listing/list-pages.ts';
import type { ListedPage, PageEntry } from './listing/listing.ts';
import { createPathClients, type PathClients } from './lake/path-clients.ts';
import { httpStatus, serviceCode, toMeanings, toStorageError } from './errors/storage-error.ts';
import { readAccess, toPathReading } from './blob/to-reading.ts';

const PAGE_SIZE = 5000;
/** The first path after the reserved directory, by code units. */
const BEHIND_RESERVED = `${RESERVED_DIRECTORY}0`;

/** The reading half of the ports, on a real account. */
export function createAzureBlobReader(account: Account, onStartIgnored: () => void = () => {}): BlobReader {
  const { name, client } = account;
  const start = createListingStart(account, onStartIgnored);
  let paths: PathClients | undefined;

  async function read({ container, path }: Key): Promise<Reading> {
    try {
      const found = await blobClient(account, { container, path }).getProperties();
      return toPathReading(found, readMetadataWithCase(found));
    } catch (error) {
      // Only an answer of the service itself is proof (invariant 7): a 404 without its code may come from a
      // proxy.
      const said = httpStatus(error) === 404 ? serviceCode(error) : undefined;
      if (said === 'BlobNotFound') return { present: false, container: 'exists' };
      if (said === 'ContainerNotFound') return { present: false, container: 'missing' };
      throw toStorageError(error, 'read', name);
    }
  }

  async function* listContainers(): AsyncIterable<readonly ContainerName[]> {
    try {
      for await (const page of refuseRepeatedPages(
        client.listContainers().byPage({ maxPageSize: PAGE_SIZE }),
      )) {
        yield page.containerItems.map((item) => parseContainerName(item.name));
      }
    } catch (error) {
      throw toStorageError(error, 'read', name);
    }
  }

  async function* listBlobs(container: ContainerName, range: ListRange = {}): AsyncIterable<BlobPage> {
    const { prefix, from, after, marker, access = false, tags = false, snapshots = false } = range;
    const { pageSize = PAGE_SIZE } = range;
    let skip = after;
    // A copy that is running or was aborted already carries its stamp.
    const include = { metadata: true, copy: true, permissions: access, tags, snapshots };
    try {
      const pages = start.list(container, { prefix, include, pageSize }, after ?? from, marker);
      for await (const page of pages) {
        const blobs = withoutReserved(page);
        // A service starts at the given path or somewhere before it.
        const given = skip === undefined ? -1 : blobs.findIndex(({ path }) => path === skip);
        if (page.entries.length > 0) skip = undefined;
        yield { ...page, entries: given < 0 ? blobs : blobs.slice(given + 1) };
      }
    } catch (error) {
      if (hasNothingToList(error)) return;
      throw toStorageError(error, 'read', name);
    }
  }

  async function readContainer(container: ContainerName): Promise<Metadata | undefined> {
    try {
      const found = await client.getContainerClient(container).getProperties();
      return readMetadataWithCase(found);
    } catch (error) {
      if (serviceCode(error) === 'ContainerNotFound') return undefined;
      throw toStorageError(error, 'read', name);
    }
  }

  async function readRootAccess(container: ContainerName): Promise<Access | undefined> {
    paths ??= createPathClients(account);
    try {
      const { _response: answer } = await paths.root(container).getAccessControl();
      return readAccess(answer.headers);
    } catch (error) {
      if (toMeanings(error)?.read === 'absent') return undefined;
      throw toStorageError(error, 'read', name);
    }
  }

  async function readTags({ container, path }: Key): Promise<Tags> {
    try {
      const { _response: answer } = await blobClient(account, { container, path }).getTags();
      // The SDK's own object of them loses a name `__proto__`.
      return Object.fromEntries(answer.parsedBody.blobTagSet.map(({ key, value }) => [key, value]));
    } catch (error) {
      if (toMeanings(error)?.read === 'absent') return {};
      throw toStorageError(error, 'read', name);
    }
  }

  return { account: name, read, readTags, listContainers, listBlobs, readContainer, readRootAccess };
}

/** Does not filter a page that is in order and whose names all lie outside the range of the reserved ones. */
function withoutReserved({ entries, ascends, leaveOut }: ListedPage): readonly PageEntry[] {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) return entries;
  const isElsewhere =
    (last.path < RESERVED_DIRECTORY || first.path >= BEHIND_RESERVED) && (ascends('flat') || ascends('tree'));
  return isElsewhere ? entries : leaveOut(({ path }) => isReserved(path));
}
