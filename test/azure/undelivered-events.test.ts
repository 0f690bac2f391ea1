import { expect, it, onTestFinished } from 'vitest';
import { SOURCE, startStorage } from '@blobmirror/local';
import { createAzureUndeliveredEvents } from '../../src/azure/undelivered-events.ts';
import { connectAccount } from '../../src/azure/account/connect-account.ts';
import { ODD_METADATA } from '../support/odd-metadata.ts';

it.each([
  ['flat', false],
  ['hierarchical', true],
])(
  'lists, reads, sets aside and removes events among blobs with any metadata, on %s accounts',
  async (_, hierarchical) => {
    const storage = await startStorage({ port: 0, accounts: [SOURCE], hierarchical });
    onTestFinished(async () => await storage.stop());
    const account = connectAccount({ connectionString: storage.connectionString(SOURCE.name) });
    const spool = createAzureUndeliveredEvents(account, 'undelivered');
    const list = async () => (await Array.fromAsync(spool.list())).flat();
    expect(await list()).toEqual([]);

    const container = account.client.getContainerClient('undelivered');
    await container.create();
    await container.getBlockBlobClient('2026/a.json').upload('[1]', 3);
    await container.getBlockBlobClient('2026/odd.json').upload('[22]', 4, { metadata: ODD_METADATA });
    const [first, second, ...others] = await list();
    if (first === undefined || second === undefined) throw new Error('there are two');
    expect(others).toEqual([]);
    expect([first, second]).toMatchObject([
      { name: '2026/a.json', bytes: 3, isSetAside: false },
      { name: '2026/odd.json', bytes: 4, isSetAside: false },
    ]);
    expect(await spool.read(second)).toBe('[22]');

    await spool.setAside(second);
    await spool.remove(first);
    // It is another version by now.
    await spool.remove(second);
    expect(await list()).toMatchObject([{ name: '2026/odd.json', isSetAside: true }]);
  },
);
