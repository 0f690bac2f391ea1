import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BACKUP, startStorage } from '@blobmirror/local';
import { createAzureDocumentStore } from '../../../src/azure/documents/document-store.ts';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import type { DocumentStore } from '../../../src/ports/document-store.ts';
import { describeDocuments } from '../../contract/documents.contract.ts';

for (const hierarchical of [false, true]) {
  describeDocuments(`in a ${hierarchical ? 'hierarchical' : 'flat'} account`, async () => {
    const storage = await startStorage({ port: 0, accounts: [BACKUP], hierarchical });
    const account = connectAccount({ connectionString: storage.connectionString(BACKUP.name) });
    return {
      documents: createAzureDocumentStore(account, 'blobmirror-state'),
      stop: async () => await storage.stop(),
    };
  });
}

describe('a store whose account does not answer correctly', () => {
  it.each([
    [403, 'AuthorizationFailure', 'storage-forbidden', 'storage-forbidden'],
    [503, 'ServerBusy', 'storage-throttled', 'storage-throttled'],
    [500, 'InternalError', 'storage-unavailable', 'write-outcome-unknown'],
  ])('reports it for %i %s', async (status, service, onRead, onWrite) => {
    const server = createServer((_, response) => {
      response.writeHead(status, { 'x-ms-error-code': service }).end();
    });
    const documents = await documentsOf(server);
    const writer = documents.openLines('lines');
    await writer.write('a');

    const reads = [
      documents.read('a'),
      Array.fromAsync(documents.list('')),
      Array.fromAsync(documents.readLines('a')),
    ];
    const writes = [documents.write('a', 1, { nothingThere: true }), documents.remove('a'), writer.close()];
    const codes = (await Promise.allSettled([...reads, ...writes])).map((end) =>
      end.status === 'rejected' ? (end.reason as { code?: unknown }).code : 'none',
    );
    expect(codes).toEqual([...reads.map(() => onRead), ...writes.map(() => onWrite)]);
  });
});

describe('what is read', () => {
  it('is refused where it was damaged on its way', async () => {
    const body = Buffer.from('{"paused":null}');
    const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('base64');
    const sums = { whole: md5(body), damaged: md5(Buffer.from('{"paused":true}')) };
    const server = createServer(({ url = '' }, response) => {
      const sum = url.includes('damaged') ? sums.damaged : sums.whole;
      const headers = {
        'content-md5': sum,
        'x-ms-blob-type': 'BlockBlob',
        'last-modified': new Date(0).toUTCString(),
        etag: '"0x1"',
        'x-ms-request-id': '1',
        'x-ms-version': '2026-02-06',
      };
      response.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
    });
    const documents = await documentsOf(server);
    expect((await documents.read('whole'))?.value).toEqual({ paused: null });
    await expect(documents.read('damaged')).rejects.toMatchObject({ code: 'content-damaged' });
  });

  it('is of one version: lines that are replaced meanwhile are no part of it', async () => {
    const storage = await startStorage({ port: 0, accounts: [BACKUP] });
    onTestFinished(async () => await storage.stop());
    const account = connectAccount({ connectionString: storage.connectionString(BACKUP.name) });
    const documents = createAzureDocumentStore(account, 'blobmirror-state');
    const write = async (letter: string): Promise<void> => {
      const writer = documents.openLines('lines');
      for (let i = 0; i < 5; i++) await writer.write(letter.repeat(900_000));
      await writer.close();
    };
    await write('a');
    const lines = documents.readLines('lines')[Symbol.asyncIterator]();
    expect((await lines.next()).value).toMatch(/^a+$/);
    await write('b');
    const rest = (async () => {
      for (let next = await lines.next(); next.done !== true; next = await lines.next())
        expect(next.value).not.toContain('b');
    })();
    await expect(rest).rejects.toMatchObject({ code: 'race-lost' });
  });
});

describe('a document that another program wrote', () => {
  it('exists, with a version to overwrite and no value', async () => {
    const storage = await startStorage({ port: 0, accounts: [BACKUP] });
    onTestFinished(async () => await storage.stop());
    const account = connectAccount({ connectionString: storage.connectionString(BACKUP.name) });
    const container = account.client.getContainerClient('blobmirror-state');
    await container.create();
    const documents = createAzureDocumentStore(account, container.containerName);
    const contents: readonly [string, Buffer][] = [
      ['cut off', Buffer.from('{"paused":')],
      ['empty', Buffer.alloc(0)],
      ['no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
      ['nested deep', Buffer.from(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)],
      ['50 MB', Buffer.alloc(50_000_000, 0x20)],
    ];
    for (const [name, content] of contents) {
      await container.getBlockBlobClient(name).uploadData(content);
      const found = await documents.read(name);
      expect([name, found?.value, typeof found?.version]).toEqual([name, undefined, 'string']);
      expect(await documents.write(name, { repaired: true }, found ?? { nothingThere: true })).toBe(
        'written',
      );
      expect((await documents.read(name))?.value).toEqual({ repaired: true });
    }
  });
});

/** The store on an account that a server of the test answers for, until the test ends. */
async function documentsOf(server: Server): Promise<DocumentStore> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${BACKUP.name}`;
  const account = connectAccount({
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${BACKUP.name};AccountKey=${BACKUP.key};BlobEndpoint=${endpoint};`,
  });
  return createAzureDocumentStore(account, 'blobmirror-state');
}
