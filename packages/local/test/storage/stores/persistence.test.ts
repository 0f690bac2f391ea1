import { fork, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { describe, expect, it, onTestFinished } from 'vitest';

import { startStorage } from '../../../src/start-storage.ts';
import { accounts } from '../../support/accounts.ts';
import { sasUrl, startTwoAccounts } from '../../support/two-accounts.ts';
import { waitFor } from '../../support/wait-for.ts';

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'blobmirror-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function serveInChild(
  dataDirectory: string,
): Promise<{ child: ChildProcess; source: ContainerClient }> {
  const child = fork(new URL('../../support/serve-until-killed.ts', import.meta.url), [dataDirectory]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)));
    child.once('exit', () => reject(new Error('the child ended before it served')));
  });
  const source = BlobServiceClient.fromConnectionString(
    `DefaultEndpointsProtocol=http;AccountName=sourceaccount;AccountKey=${accounts[0]?.key};BlobEndpoint=http://127.0.0.1:${port}/sourceaccount;`,
    { retryOptions: { maxTries: 1 } },
  ).getContainerClient('docs');
  return { child, source };
}

/** The names in a container, after reading every blob and comparing it with its stored MD5. */
async function readAll(container: ContainerClient): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, properties } of container.listBlobsFlat()) {
    const content = await container.getBlockBlobClient(name).downloadToBuffer();
    const md5 = Buffer.from(properties.contentMD5 ?? []).toString('hex');
    expect(createHash('md5').update(content).digest('hex')).toBe(md5);
    names.push(name);
  }
  return names;
}

describe('a data directory', () => {
  it('keeps everything across a clean stop', async () => {
    const dataDirectory = await temporaryDirectory();
    const first = await startTwoAccounts({ dataDirectory });
    const blob = first.source.getBlockBlobClient('a');
    await blob.upload('hello', 5, { metadata: { a: 'b' }, tags: { t: 'v' } });
    await first.backup.getBlockBlobClient('copy').syncUploadFromURL(await sasUrl(blob));
    await first.storage.stop();

    const second = await startTwoAccounts({ dataDirectory });
    const again = second.source.getBlockBlobClient('a');
    expect((await again.downloadToBuffer()).toString()).toBe('hello');
    expect((await again.getProperties()).metadata).toEqual({ a: 'b' });
    expect((await again.getTags()).tags).toEqual({ t: 'v' });
    expect(await readAll(second.backup)).toEqual(['copy']);
    const copy = second.backup.getBlockBlobClient('copied again');
    await copy.syncUploadFromURL(await sasUrl(again));
    expect((await copy.downloadToBuffer()).toString()).toBe('hello');
  });

  it('holds no unreadable blob after the process was killed during writes', async () => {
    const dataDirectory = await temporaryDirectory();
    const kept = new Set<string>();
    for (const round of [1, 2]) {
      const { child, source } = await serveInChild(dataDirectory);
      await source.createIfNotExists();
      const acknowledged = { count: 0 };
      const write = async (writer: number) => {
        for (let index = 0; child.exitCode === null && child.signalCode === null; index++) {
          const name = `${round}-${writer}-${index % 40}`;
          const blob = source.getBlockBlobClient(name);
          const body = randomBytes(1 + ((index * 7919) % 200_000));
          try {
            if (index % 5 === 4) await blob.delete();
            else await blob.upload(body, body.length);
          } catch {
            // Deleted before, or the server has ended.
          }
          acknowledged.count++;
        }
      };
      const writers = [1, 2, 3, 4].map(write);
      // Saved at least once, and during the next writes.
      await waitFor(() => expect(acknowledged.count).toBeGreaterThan(400));
      child.kill('SIGKILL');
      await Promise.all(writers);
      const storage = await startStorage({ port: 0, accounts, dataDirectory });
      const container = BlobServiceClient.fromConnectionString(
        storage.connectionString('sourceaccount'),
      ).getContainerClient('docs');
      for (const name of await readAll(container)) kept.add(name);
      await container.getBlockBlobClient('after').upload('x', 1);
      await storage.stop();
    }
    expect(kept.size).toBeGreaterThan(10);
  });
});
