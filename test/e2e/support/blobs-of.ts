import type { BlobServiceClient } from '@azure/storage-blob';
import { forEach } from './for-each.ts';

const CONCURRENCY = 16;

/** Writes `count` blobs, `0.txt` and so on, into a container that may exist. */
export async function writeBlobs(account: BlobServiceClient, name: string, count: number): Promise<void> {
  const container = account.getContainerClient(name);
  await container.createIfNotExists();
  await forEach(Array.from({ length: count }).keys(), CONCURRENCY, async (n) => {
    await container.getBlockBlobClient(`${n}.txt`).upload(`content ${n}`, `content ${n}`.length);
  });
}

/** Deletes `count` of them, from a number on. */
export async function deleteBlobs(
  account: BlobServiceClient,
  name: string,
  count: number,
  from = 0,
): Promise<void> {
  const container = account.getContainerClient(name);
  await forEach(Array.from({ length: count }).keys(), CONCURRENCY, async (n) => {
    await container.deleteBlob(`${from + n}.txt`);
  });
}

/** The names of a container's blobs; undefined: there is no such container. */
export async function blobsOf(account: BlobServiceClient, name: string): Promise<string[] | undefined> {
  const container = account.getContainerClient(name);
  if (!(await container.exists())) return undefined;
  return (await Array.fromAsync(container.listBlobsFlat())).map((blob) => blob.name);
}
