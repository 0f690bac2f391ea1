import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { BACKUP, SOURCE } from '../../packages/local/src/layout.ts';
import type { Blob, Container } from '../../packages/local/src/store/blob.ts';
import { rootOf } from '../../packages/local/src/store/containers.ts';
import { type Store, openStore } from '../../packages/local/src/store/open-store.ts';

export interface Seeded {
  readonly containers: number;
  /** In all containers together. */
  readonly blobs: number;
}

/** One blob in this many is missing in the backup, one is out of date there, and one is there alone. */
export const DIFFER = 100;
const BYTES = 64;
const MODIFIED = new Date('2026-11-21T21:54:57Z');

/**
 * Fills the data directory of an environment with a source and its mirror, a hundredth of which is behind in three ways.
 * By the store itself: through its door it would take an hour.
 */
export async function seedMirror(directory: string, { containers, blobs }: Seeded): Promise<void> {
  const requests = { newest: 0, areOver: () => true, onEnd: () => {} };
  const store = await openStore(join(directory, 'storage'), 'flat', requests, (error) => {
    throw error;
  });
  for (let number = 0; number < containers; number++) {
    const name = `container-${String(number).padStart(4, '0')}`;
    const from = Math.floor((number * blobs) / containers);
    const to = Math.floor(((number + 1) * blobs) / containers);
    store.write(() => {
      fill(store, SOURCE.name, name, from, to, ({ number: each, etag, name: path }) =>
        each % DIFFER === 0 ? undefined : { path, etag, metadata: undefined },
      );
      fill(store, BACKUP.name, name, from, to, ({ number: each, etag, name: path }) =>
        each % DIFFER === 1
          ? undefined
          : {
              path,
              etag: `"0x${randomUUID().slice(0, 8)}"`,
              metadata: {
                blobmirror: stampOf(each % DIFFER === 2 ? '0x8DOUTDATED' : etag.replaceAll('"', '')),
              },
            },
      );
    });
  }
  await store.close();
}

interface Numbered {
  readonly number: number;
  readonly name: string;
  readonly etag: string;
}

interface Made {
  readonly path: string;
  readonly etag: string;
  readonly metadata: Record<string, string> | undefined;
}

function fill(
  store: Store,
  accountName: string,
  containerName: string,
  from: number,
  to: number,
  make: (numbered: Numbered) => Made | undefined,
): void {
  const known = { accountName, containerName, snapshot: '', isCommitted: true };
  const container: Container = {
    accountName,
    name: containerName,
    properties: {
      etag: `"0x${randomUUID().slice(0, 8)}"`,
      lastModified: MODIFIED,
      leaseState: 'available',
      leaseStatus: 'unlocked',
    },
  };
  const { blob: directory, place } = rootOf(container);
  const root = store.blobs.insert(directory, place);
  store.containers.insert(container, root.id);
  for (let number = from; number < to; number++) {
    const name = `station-${String(number).padStart(10, '0')}.parquet`;
    const made = make({ number, name, etag: `"0x8DA${String(number).padStart(10, '0')}"` });
    if (made === undefined) continue;
    const blob: Blob = {
      ...known,
      name: made.path,
      metadata: made.metadata,
      persistency: store.contents.share(Buffer.alloc(BYTES, number)),
      properties: {
        etag: made.etag,
        lastModified: MODIFIED,
        creationTime: MODIFIED,
        contentLength: BYTES,
        contentType: 'application/octet-stream',
        blobType: 'BlockBlob',
        accessTier: 'Hot',
        accessTierInferred: true,
        leaseState: 'available',
      },
    };
    store.blobs.insert(blob, { parent: root.id, segment: made.path });
  }
}

function stampOf(etag: string): string {
  return `v=1;account=${SOURCE.name};etag=${etag};modified=${MODIFIED.toISOString()}`;
}
