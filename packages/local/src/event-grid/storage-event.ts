import { randomUUID } from 'node:crypto';
import type { StorageMutation } from '../requests/storage-mutation.ts';

/** A Storage event before it is put into a schema. */
export interface StorageEvent {
  readonly id: string;
  readonly account: string;
  readonly type: StorageEventType;
  readonly subject: string;
  readonly time: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

type StorageEventType =
  | 'Microsoft.Storage.BlobCreated'
  | 'Microsoft.Storage.BlobDeleted'
  | 'Microsoft.Storage.BlobTierChanged'
  | 'Microsoft.Storage.BlobRenamed'
  | 'Microsoft.Storage.DirectoryCreated'
  | 'Microsoft.Storage.DirectoryDeleted'
  | 'Microsoft.Storage.DirectoryRenamed';

/** Facts of a mutation that an event of each type carries besides the common ones. */
const FACTS = {
  'Microsoft.Storage.BlobCreated': [
    'eTag',
    'contentType',
    'contentLength',
    'contentOffset',
    'blobType',
    'accessTier',
  ],
  'Microsoft.Storage.BlobDeleted': ['contentType', 'blobType'],
  'Microsoft.Storage.BlobTierChanged': [
    'contentType',
    'contentLength',
    'blobType',
    'accessTier',
    'previousTier',
  ],
  'Microsoft.Storage.BlobRenamed': ['sourceUrl', 'destinationUrl'],
  'Microsoft.Storage.DirectoryCreated': [],
  'Microsoft.Storage.DirectoryDeleted': ['recursive'],
  'Microsoft.Storage.DirectoryRenamed': ['sourceUrl', 'destinationUrl'],
} as const satisfies Record<StorageEventType, readonly (keyof StorageMutation)[]>;

const TYPES: Readonly<Record<StorageMutation['api'], StorageEventType>> = {
  PutBlob: 'Microsoft.Storage.BlobCreated',
  PutBlockList: 'Microsoft.Storage.BlobCreated',
  CopyBlob: 'Microsoft.Storage.BlobCreated',
  DeleteBlob: 'Microsoft.Storage.BlobDeleted',
  SetBlobTier: 'Microsoft.Storage.BlobTierChanged',
  CreateFile: 'Microsoft.Storage.BlobCreated',
  FlushWithClose: 'Microsoft.Storage.BlobCreated',
  DeleteFile: 'Microsoft.Storage.BlobDeleted',
  RenameFile: 'Microsoft.Storage.BlobRenamed',
  CreateDirectory: 'Microsoft.Storage.DirectoryCreated',
  DeleteDirectory: 'Microsoft.Storage.DirectoryDeleted',
  RenameDirectory: 'Microsoft.Storage.DirectoryRenamed',
};

/**
 * The event that Azure raises for a mutation: learn.microsoft.com/azure/event-grid/event-schema-blob-storage.
 */
export function toStorageEvent(mutation: StorageMutation, nextSequencer: Sequencer): StorageEvent {
  const type = TYPES[mutation.api];
  const { api, clientRequestId, requestId, url } = mutation;
  return {
    id: randomUUID(),
    account: mutation.account,
    type,
    subject: `/blobServices/default/containers/${mutation.container}/blobs/${replaceSupplementaryCharacters(mutation.path)}`,
    time: mutation.time,
    data: {
      api,
      ...(clientRequestId !== undefined && { clientRequestId }),
      requestId,
      ...Object.fromEntries(
        FACTS[type].flatMap((name) => (mutation[name] === undefined ? [] : [[name, mutation[name]]])),
      ),
      // The event must not publish the request's signature.
      ...(url !== undefined && { url: url.split('?', 1)[0] }),
      sequencer: nextSequencer(),
      storageDiagnostics: { batchId: randomUUID() },
    },
  };
}

/**
 * Event Grid replaces each half of a character beyond the basic plane with U+FFFD (observed:
 * github.com/Azure-Samples/azure-event-grid-viewer/issues/9). A mirror that trusts the subject loses such a
 * blob, so this simulation does the same.
 */
function replaceSupplementaryCharacters(path: string): string {
  return path.replace(/[\u{10000}-\u{10FFFF}]/gu, '\uFFFD\uFFFD');
}

/** Returns the next sequencer: 48 hexadecimal digits, greater than every earlier one as a string. */
export type Sequencer = () => string;

/**
 * Sequencers from the time and a count, so that they also grow across a restart. When the clock steps back
 * while the process runs, the count continues from the latest time seen.
 *
 * @param now milliseconds since 1970
 */
export function createSequencer(now: () => number): Sequencer {
  let latest = 0;
  let count = 0;
  return () => {
    const time = now();
    if (time > latest) {
      latest = time;
      count = 0;
    } else {
      count += 1;
    }
    return hex(latest, 32) + hex(count, 16);
  };
}

function hex(value: number, digits: number): string {
  return Math.trunc(value).toString(16).padStart(digits, '0');
}
