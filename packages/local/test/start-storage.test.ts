import { Agent, type IncomingMessage, get, request } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';

import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';

import { startStorage } from '../src/start-storage.ts';
import { accounts } from './support/accounts.ts';
import { refusalOf, sasUrl, startTwoAccounts } from './support/two-accounts.ts';

describe('startStorage', () => {
  it('names a taken port in its error', async () => {
    const { storage } = await startTwoAccounts();
    const second = startStorage({ port: storage.port, accounts });
    await expect(second).rejects.toThrow(`port ${storage.port} of 127.0.0.1 is already in use`);
    await expect(second).rejects.toMatchObject({ cause: { code: 'EADDRINUSE' } });
  });

  it('runs several storages in one process, each with its own accounts and blobs', async () => {
    const first = await startTwoAccounts();
    const second = await startTwoAccounts();
    await first.source.getBlockBlobClient('a').upload('first', 5);
    expect(await second.source.getBlockBlobClient('a').exists()).toBe(false);
    const other = await startStorage({
      port: 0,
      accounts: [{ name: 'sourceaccount', key: Buffer.alloc(32, 9).toString('base64') }],
    });
    try {
      const wrongKey = BlobServiceClient.fromConnectionString(
        other.connectionString('sourceaccount').replace(/AccountKey=[^;]+/, `AccountKey=${accounts[0]?.key}`),
      );
      expect(await refusalOf(wrongKey.getContainerClient('docs').create())).toMatch(/^403 /);
      await BlobServiceClient.fromConnectionString(other.connectionString('sourceaccount'))
        .getContainerClient('docs')
        .create();
    } finally {
      await other.stop();
    }
    expect(first.mutations).toHaveLength(1);
    expect(second.mutations).toHaveLength(0);
  });

  it('keeps the connection after the HEAD of a missing blob, whose answer is chunked as that of Azure', async () => {
    const { source } = await startTwoAccounts();
    const url = await sasUrl(source.getBlockBlobClient('missing'), 'r');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const reused: boolean[] = [];
    for (let n = 0; n < 2; n++) {
      const asked = request(url, { method: 'HEAD', agent }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      expect(answer.statusCode).toBe(404);
      expect(answer.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
      await once(answer.resume(), 'end');
      reused.push(asked.reusedSocket);
    }
    agent.destroy();
    expect(reused).toEqual([false, true]);
  });

  it('stops although connections are open, idle and busy, and frees its port', async () => {
    const { storage, source } = await startTwoAccounts();
    const agent = new Agent({ keepAlive: true });
    const idle = get(storage.blobEndpoint('sourceaccount'), { agent });
    await new Promise<void>((resolve) => {
      idle.once('response', (response) => response.resume().once('end', resolve));
    });
    const silent = connect(storage.port, '127.0.0.1');
    await once(silent, 'connect');
    const busy = request(await sasUrl(source.getBlockBlobClient('a'), 'cw'), {
      method: 'PUT',
      headers: { 'content-length': 1000, 'x-ms-blob-type': 'BlockBlob' },
    });
    const cut = once(busy, 'error');
    busy.write('a part');

    // A stop that waited for the clients would never end.
    await storage.stop();
    await expect(cut).resolves.toHaveLength(1);
    agent.destroy();
    silent.destroy();
    const again = await startStorage({ port: storage.port, accounts });
    await again.stop();
  });

  it('keeps keys and signatures out of its errors', async () => {
    const { storage, source } = await startTwoAccounts();
    const url = await sasUrl(source.getBlockBlobClient('missing'));
    const response = await fetch(url);
    const text = `${JSON.stringify([...response.headers])}${await response.text()}`;
    const signature = new URL(url).searchParams.get('sig') ?? '';
    expect(text).toContain('BlobNotFound');
    expect(text).not.toContain(signature);
    expect(() => storage.connectionString('nobody')).toThrow('no account nobody');
  });

  it('refuses names that Azure refuses and lists all that it accepts', async () => {
    const { source } = await startTwoAccounts();
    const put = (name: string) => refusalOf(source.getBlockBlobClient(name).upload('x', 1));
    const long = 'n'.repeat(1024);
    expect(await put(long)).toBe('was not refused');
    expect(await put(`${long}n`)).toBe('400 OutOfRangeInput');
    expect(await put('a\u0001b')).toBe('400 InvalidResourceName');
    const odd = ['a//b', 'a b/', '%20', 'ü+?#&=;', '😀'];
    for (const name of odd) expect(await put(name)).toBe('was not refused');
    const listed: string[] = [];
    for await (const { name } of source.listBlobsFlat()) listed.push(name);
    expect(listed.toSorted()).toEqual([long, ...odd].toSorted());
  });

  it('honours the conditions of Set Blob Tags and Set Blob Tier', async () => {
    const { source } = await startTwoAccounts();
    const blob = source.getBlockBlobClient('a');
    const { etag = '' } = await blob.upload('x', 1, { tags: { a: '1' } });
    const no = { tagConditions: "a = '2'" };
    const yes = { tagConditions: "a = '1'" };
    expect(await refusalOf(blob.setAccessTier('Cool', { conditions: no }))).toBe('412 ConditionNotMet');
    await blob.setAccessTier('Cool', { conditions: yes });
    expect(await refusalOf(blob.setTags({ a: '2' }, { conditions: no }))).toBe('412 ConditionNotMet');
    expect(await refusalOf(blob.setTags({ a: '2' }, { conditions: { ifMatch: '"0x1"' } }))).toBe(
      '412 ConditionNotMet',
    );
    await blob.setTags({ a: '2' }, { conditions: { ...yes, ifMatch: etag } });
    expect((await blob.getTags()).tags).toEqual({ a: '2' });
  });
});
