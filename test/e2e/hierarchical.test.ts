import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { expect, onTestFinished, test } from 'vitest';
import type { ReadyFile } from '../../src/cli/ready-file.ts';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { connectLake } from './support/lakes.ts';
import { FREE_PORTS, startEnvironment } from './support/start-environment.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

interface StorageEvent {
  readonly eventType: string;
  readonly subject: string;
  readonly data: { readonly api: string; readonly sequencer: string };
}

/** The events of the queue, in the order of their changes. */
async function receiveEvents({ serviceBus }: ReadyFile, count: number): Promise<StorageEvent[]> {
  const client = new ServiceBusClient(serviceBus.connectionString);
  onTestFinished(async () => await client.close());
  const receiver = client.createReceiver(serviceBus.eventsQueue, { receiveMode: 'receiveAndDelete' });
  const events: StorageEvent[] = [];
  while (events.length < count) {
    const messages = await receiver.receiveMessages(count - events.length, { maxWaitTimeInMs: 5000 });
    if (messages.length === 0) break;
    events.push(...messages.flatMap(({ body }) => body as StorageEvent));
  }
  return events.toSorted((left, right) => (left.data.sequencer < right.data.sequencer ? -1 : 1));
}

test('start --hns serves the Data Lake API to its SDK, and its events to the queue', async () => {
  const { info, source, process: started } = await startEnvironment(['--hns', '--no-worker']);
  expect(started.output.stdout).toContain('hierarchical');
  for (const account of [info.source, info.backup]) {
    expect(account.dfsEndpoint).toBe(account.blobEndpoint);
    expect(account.connectionString).toContain(`DfsEndpoint=${account.dfsEndpoint};`);
  }
  expect((await source.getAccountInfo()).isHierarchicalNamespaceEnabled).toBe(true);

  const files = connectLake(info.source).getFileSystemClient('files');
  await files.create();
  await files.getDirectoryClient('to be').create();
  const file = files.getFileClient('d/f');
  await file.create();
  await file.append('hello', 0, 5);
  await file.flush(5, { close: true });
  const { etag } = await file.getProperties();
  await files.getDirectoryClient('d').move('to be/moved');
  const moved = files.getFileClient('to be/moved/f');
  expect(String(await moved.readToBuffer())).toBe('hello');
  expect((await moved.getProperties()).etag).toBe(etag);
  await moved.move('g');
  await files.getFileClient('g').delete();
  await files.getDirectoryClient('to be').delete(true);

  const base = `${info.source.dfsEndpoint}/files`;
  const events = await receiveEvents(info, 7);
  expect(events.map(({ eventType, data }) => [eventType, data.api])).toEqual([
    ['Microsoft.Storage.DirectoryCreated', 'CreateDirectory'],
    ['Microsoft.Storage.BlobCreated', 'CreateFile'],
    ['Microsoft.Storage.BlobCreated', 'FlushWithClose'],
    ['Microsoft.Storage.DirectoryRenamed', 'RenameDirectory'],
    ['Microsoft.Storage.BlobRenamed', 'RenameFile'],
    ['Microsoft.Storage.BlobDeleted', 'DeleteFile'],
    ['Microsoft.Storage.DirectoryDeleted', 'DeleteDirectory'],
  ]);
  expect(events[2]).toMatchObject({ data: { contentLength: 5, url: `${base}/d/f` } });
  expect(events[3]).toMatchObject({
    subject: '/blobServices/default/containers/files/blobs/to be/moved',
    data: { sourceUrl: `${base}/d`, destinationUrl: `${base}/to%20be/moved` },
  });
  expect(events[6]).toMatchObject({ data: { recursive: 'true', url: `${base}/to%20be` } });
});

test('a data directory keeps the kind of accounts of its first start', async () => {
  const data = await temporaryDirectory();
  const first = await startEnvironment(['--hns', '--no-worker', '--data', data]);
  await connectLake(first.info.source).getFileSystemClient('empty').create();
  first.process.signal('SIGTERM');
  await first.process.ended;

  const readyFile = join(await temporaryDirectory(), 'local.json');
  const args = ['start', ...FREE_PORTS, '--no-worker', '--data', data, '--ready-file', readyFile];
  const { status, stdout, stderr } = await runBlobmirror(args);
  expect([status, stdout, existsSync(readyFile)]).toEqual([2, '', false]);
  expect(stderr).toContain(`--data ${data} holds hierarchical accounts`);
  expect(stderr).toContain('add --hns or use another folder');

  const again = await startEnvironment(['--hns', '--no-worker', '--data', data]);
  expect(await connectLake(again.info.source).getFileSystemClient('empty').exists()).toBe(true);
});
