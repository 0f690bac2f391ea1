// Writes a blob to the source that `npm start` serves, and waits until the backup has it: node examples/hello.mjs
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlobServiceClient } from '@azure/storage-blob';

const readyFile = new URL('../.blobmirror/local.json', import.meta.url);
const { source, backup } = JSON.parse(await orExplain(() => readFileSync(readyFile, 'utf8')));

const photosOf = ({ connectionString }, options) =>
  BlobServiceClient.fromConnectionString(connectionString, options).getContainerClient('photos');

const text = `hello at ${new Date().toISOString()}`;
await orExplain(() => photosOf(source, { retryOptions: { maxTries: 1 } }).createIfNotExists());
await photosOf(source).getBlockBlobClient('hello.txt').upload(text, text.length);

const copy = photosOf(backup).getBlobClient('hello.txt');
while ((await read(copy)) !== text) await sleep(100);
console.log(`the backup has: ${text}`);

async function read(blob) {
  return (await blob.exists()) ? (await blob.downloadToBuffer()).toString() : undefined;
}

async function orExplain(act) {
  try {
    return await act();
  } catch (error) {
    if (!['ENOENT', 'ECONNREFUSED'].includes(error.code)) throw error;
    console.error('the environment does not run: start it with "npm start" and wait until it is ready');
    process.exit(1);
  }
}
