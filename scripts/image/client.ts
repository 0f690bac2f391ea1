/**
 * Runs beside the embedded environment, in its container: writes to the source and looks at the backup. Prints one JSON
 * value. What it waits for is a state of the accounts, never a time; the caller ends it when the worker is gone.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { localSettings } from '../../src/cli/local-settings.ts';
import { readReadyFile } from '../../src/cli/ready-file.ts';

const MIB = 1024 * 1024;
const BLOCK = 8 * MIB;
const CONTAINER = 'photos';
const POLL_MS = 5;

const info = await readReadyFile('/data/local.json');
const [source, backup] = [info.source, info.backup].map(({ connectionString }) =>
  BlobServiceClient.fromConnectionString(connectionString).getContainerClient(CONTAINER),
) as [ContainerClient, ContainerClient];

const COMMANDS: Readonly<Record<string, (...args: string[]) => Promise<unknown>>> = {
  settings: () => Promise.resolve(localSettings(info)),

  /** How a request without a key is answered. */
  status: async (path = '') => (await fetch(`http://127.0.0.1:7071${path}`)).status,

  /** For each of `count` blobs, the milliseconds from the answer to its upload until the backup has it. */
  mirror: async (count = '') => {
    await source.createIfNotExists();
    const lags: number[] = [];
    while (lags.length < Number(count)) {
      const name = `one-by-one/${lags.length}`;
      await source.getBlockBlobClient(name).upload('hello', 5);
      const began = performance.now();
      await until(async () => await backup.getBlobClient(name).exists());
      lags.push(performance.now() - began);
    }
    return lags;
  },

  'upload-large': async (name = '', mib = '') => {
    const blob = source.getBlockBlobClient(name);
    const ids: string[] = [];
    for (let done = 0; done < Number(mib) * MIB; done += BLOCK) {
      const id = Buffer.from(String(ids.length).padStart(8, '0')).toString('base64');
      await blob.stageBlock(id, randomBytes(BLOCK), BLOCK);
      ids.push(id);
    }
    await blob.commitBlockList(ids);
    return ids.length;
  },

  'upload-small': async (prefix = '', count = '') => {
    const names = Array.from({ length: Number(count) }, (_none, index) => `${prefix}${index}`);
    await Promise.all(
      names.map(async (name) => await source.getBlockBlobClient(name).upload(name, name.length)),
    );
    return names.length;
  },

  /** The blocks that the backup keeps of a blob that it does not have yet, once there are more than `than`. */
  'until-blocks': async (name = '', than = '') => {
    let blocks = 0;
    await until(async () => {
      blocks = await stagedBlocks(name);
      return blocks > Number(than);
    });
    return blocks;
  },

  blocks: async (name = '') => await stagedBlocks(name),
  count: async (prefix = '') => await countOf(backup, prefix),
  'until-count': async (prefix = '', than = '') => {
    await until(async () => (await countOf(backup, prefix)) > Number(than));
    return await countOf(backup, prefix);
  },
};

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(POLL_MS);
}

async function stagedBlocks(name: string): Promise<number> {
  const blob = backup.getBlockBlobClient(name);
  // A blob of which only blocks are there does not exist, and its list of blocks does.
  if (await blob.exists()) throw new Error(`the backup has ${name} already`);
  try {
    return (await blob.getBlockList('uncommitted')).uncommittedBlocks?.length ?? 0;
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return 0;
    throw error;
  }
}

async function countOf(container: ContainerClient, prefix: string): Promise<number> {
  let count = 0;
  for await (const { name } of container.listBlobsFlat({ prefix })) if (name.startsWith(prefix)) count += 1;
  return count;
}

const [command = '', ...args] = process.argv.slice(2);
const run = COMMANDS[command];
if (run === undefined) throw new Error(`there is no command ${command}`);
console.log(JSON.stringify(await run(...args)));
