import type { BlobItem, ContainerClient } from '@azure/storage-blob';
import { BlobmirrorError } from '../../model/errors.ts';
import type { EndRecord, KeptVersion, KeyHistory } from '../../model/history.ts';
import { type BlobPath, type ContainerName, parseBlobPath } from '../../model/key.ts';
import { comesBefore, comesBeforeByPoint } from '../../model/listing-order.ts';
import { HISTORY_CONTAINER } from '../../model/scope.ts';
import type { HistoryStore } from '../../ports/history-store.ts';
import type { Account } from '../account/connect-account.ts';
import { sendCreatingContainer } from '../blob/blob-client.ts';
import { toReading } from '../blob/to-reading.ts';
import { isAbsent, toStorageError } from '../errors/storage-error.ts';
import { parseRecord, recordMetadata, recordName } from './end-records.ts';

/**
 * The history of a flat account: its versions, and the records of deletions, which are in a container of their own. An
 * answer to a write names the version that it made only where the account keeps versions
 * (learn.microsoft.com/rest/api/storageservices/put-blob, x-ms-version-id): so each record shows whether the deletion that
 * follows will keep what it deletes.
 */
export function createAzureHistoryStore(account: Account): HistoryStore {
  const records = account.client.getContainerClient(HISTORY_CONTAINER);

  return {
    recordEnd: async (key, end) => {
      const blob = records.getBlockBlobClient(recordName(key));
      const metadata = { ...recordMetadata(key, end) };
      const { versionId } = await sendCreatingContainer(
        records,
        async () => await blob.upload('', 0, { metadata }),
      ).catch((error: unknown) => {
        throw toStorageError(error, 'write', account.name);
      });
      if (versionId === undefined)
        throw new BlobmirrorError(
          'history-not-kept',
          `${account.name} keeps no versions, so nothing is deleted from it`,
          { context: { account: account.name } },
        );
    },

    listHistory: async function* (container, { prefix = '' } = {}) {
      try {
        const ends = createEnds(listRecords(records, container, prefix));
        let open: { readonly path: BlobPath; readonly versions: KeptVersion[] } | undefined;
        for await (const items of listVersions(account.client.getContainerClient(container), prefix)) {
          const page: KeyHistory[] = [];
          for (const item of items) {
            const path = parseBlobPath(item.name);
            if (open !== undefined && open.path !== path)
              page.push({ ...open, records: await ends.of(open.path) });
            if (open?.path !== path) open = { path, versions: [] };
            open.versions.push(toKept(item));
          }
          if (page.length > 0) yield page;
        }
        if (open !== undefined) yield [{ ...open, records: await ends.of(open.path) }];
      } catch (error) {
        throw toStorageError(error, 'read', account.name);
      }
    },
  };
}

/** A container that does not exist lists nothing. */
async function* listVersions(container: ContainerClient, prefix: string): AsyncIterable<readonly BlobItem[]> {
  try {
    const options = { prefix, includeVersions: true, includeDeleted: true, includeMetadata: true } as const;
    for await (const { segment } of container.listBlobsFlat(options).byPage()) yield segment.blobItems;
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

async function* listRecords(
  records: ContainerClient,
  container: ContainerName,
  prefix: string,
): AsyncIterable<EndRecord & { readonly path: BlobPath }> {
  for await (const items of listVersions(records, `${container}/${prefix}`)) {
    for (const item of items) {
      const record = parseRecord(container, item.name, item.metadata ?? {}, writtenAt(item));
      if (record !== undefined) yield record;
    }
  }
}

/** Records, read in step with the keys that they are about: both are listed in one order. */
function createEnds(records: AsyncIterable<EndRecord & { readonly path: BlobPath }>): {
  of(path: BlobPath): Promise<readonly EndRecord[]>;
} {
  const reader = records[Symbol.asyncIterator]();
  /** Read already, and for a key that is still to come. */
  const ahead = new Map<BlobPath, EndRecord[]>();
  let isDone = false;
  let last: BlobPath | undefined;
  return {
    of: async (path) => {
      while (!isDone && (last === undefined || !isBefore(path, last))) {
        const next = await reader.next();
        if (next.done === true) {
          isDone = true;
          break;
        }
        const { path: recorded, ...record } = next.value;
        last = recorded;
        // What is about a key that was listed before, or that is no longer kept, is not needed.
        if (!isBefore(recorded, path)) ahead.set(recorded, [...(ahead.get(recorded) ?? []), record]);
      }
      const found = ahead.get(path) ?? [];
      // Of keys that are no longer kept, too.
      for (const other of ahead.keys()) if (other === path || isBefore(other, path)) ahead.delete(other);
      return found;
    },
  };
}

/** In both orders in which flat accounts list. */
function isBefore(path: BlobPath, other: BlobPath): boolean {
  return comesBefore(path, other) && comesBeforeByPoint(path, other);
}

function toKept(item: BlobItem): KeptVersion {
  const { properties, versionId, metadata = {} } = item;
  const { etag, size, kind, stamp, unfinishedCopy, pendingCopy } = toReading(properties, metadata);
  return {
    id: versionId ?? '',
    etag,
    writtenAt: writtenAt(item),
    createdAt: properties.createdOn,
    size,
    kind,
    stamp,
    isCurrent: item.isCurrentVersion === true,
    isSoftDeleted: item.deleted,
    isUnfinished: unfinishedCopy !== undefined || pendingCopy !== undefined,
  };
}

/** A version's id is its time: 2026-11-30T14:03:07.1234567Z. What is older than the versioning has none. */
function writtenAt({ versionId, properties }: BlobItem): Date {
  return versionId === undefined ? properties.lastModified : new Date(versionId);
}
