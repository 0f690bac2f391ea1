/** A client of its own: writes COUNT blobs of 1 KiB into a container, as fast as it can, and tells how long that took. */
import { randomBytes } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';

const BLOB_BYTES = 1024;
const CONCURRENCY = 32;

const [connectionString = '', container = '', count = '0'] = process.argv.slice(2);
const blobs = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(container);
const content = randomBytes(BLOB_BYTES);
let next = 0;

async function write(): Promise<void> {
  while (next < Number(count)) {
    await blobs.getBlockBlobClient(`blob-${next++}`).upload(content, content.length);
  }
}

const started = performance.now();
await Promise.all(Array.from({ length: CONCURRENCY }, write));
process.stdout.write(String(performance.now() - started));
