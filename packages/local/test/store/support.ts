import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Blob, Extent, StoredBlob } from '../../src/store/blob.ts';
import { type Store, openStore } from '../../src/store/open-store.ts';

const known = { accountName: 'account', containerName: 'container' };

/** Requests that the test starts and ends. */
export class Requests {
  newest = 0;
  readonly #running = new Set<number>();
  readonly #listeners: (() => void)[] = [];

  start(): () => void {
    const number = ++this.newest;
    this.#running.add(number);
    return () => {
      this.#running.delete(number);
      for (const listener of this.#listeners) listener();
    };
  }

  areOver(upTo: number): boolean {
    return [...this.#running].every((number) => number > upTo);
  }

  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }
}

export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'blobmirror-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function makeStore(folder?: string, requests = new Requests()): Promise<Store> {
  const store = await openStore(folder, 'flat', requests, (error) => {
    throw error;
  });
  onTestFinished(async () => await store.close());
  return store;
}

export function blob(name: string, members: Partial<Blob> = {}): Blob {
  return {
    ...known,
    name,
    snapshot: '',
    isCommitted: true,
    properties: { etag: '"1"', lastModified: new Date(0), contentLength: members.persistency?.count ?? 0 },
    ...members,
  };
}

let roots = 0;

/** A directory that is in none. */
export function makeRoot(store: Store): number {
  return store.write(
    () => store.blobs.insert(blob('', { kind: 'directory' }), { parent: 0, segment: `root ${roots++}` }).id,
  );
}

export function put(store: Store, parent: number, name: string, persistency?: Extent): StoredBlob {
  return store.write(() => store.blobs.insert(blob(name, { persistency }), { parent, segment: name }));
}

export async function bytesOf(
  store: Store,
  extents: readonly Extent[],
  offset = 0,
  count = extents.reduce((sum, extent) => sum + extent.count, 0) - offset,
): Promise<Buffer> {
  return Buffer.concat(await store.contents.read(extents, offset, count).toArray());
}
