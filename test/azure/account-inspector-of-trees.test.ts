import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SOURCE, startStorage } from '@blobmirror/local';
import { createAzureAccountInspector } from '../../src/azure/account-inspector.ts';
import { connectAccount } from '../../src/azure/account/connect-account.ts';
import { parseContainerName } from '../../src/model/key.ts';
import { ODD_METADATA } from '../support/odd-metadata.ts';

const CONTAINER = parseContainerName('lake');

async function startInspected(hierarchical: boolean) {
  const storage = await startStorage({ port: 0, accounts: [SOURCE], hierarchical });
  onTestFinished(async () => await storage.stop());
  const connectionString = storage.connectionString(SOURCE.name);
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(CONTAINER);
  await container.create();
  const inspector = createAzureAccountInspector(connectAccount({ connectionString }));
  const list = async () =>
    (await Array.fromAsync(inspector.listReadings(CONTAINER, { prefix: '', tags: false }))).flat();
  return { container, inspector, list };
}

describe('the inspector of a hierarchical account', () => {
  it('lists the same readings as single HEAD requests, except for the access, and reports that it is missing', async () => {
    const { container, inspector, list } = await startInspected(true);
    await container.getBlockBlobClient('d/file').upload('x', 1, { metadata: { Colour: 'red' } });
    await container.getBlockBlobClient('d').setMetadata({ CamelCase: 'Value' });
    await container.getBlockBlobClient('odd/file').upload('x', 1, { metadata: ODD_METADATA });
    await container.getBlockBlobClient('odd').setMetadata(ODD_METADATA);
    const listed = await list();
    expect(listed.map(({ path, reading }) => [path, reading.kind])).toEqual([
      ['d', 'directory'],
      ['d/file', 'block'],
      ['odd', 'directory'],
      ['odd/file', 'block'],
    ]);
    for (const { path, reading, tags, accessUntold } of listed) {
      const looked = await inspector.read({ container: CONTAINER, path });
      if (!looked.present) throw new Error(`${path} is not there`);
      expect(looked.access).toBeDefined();
      const { access: _, readAt: __, ...untold } = looked;
      const readAt = expect.any(Date) as unknown;
      const isDirectory = reading.kind === 'directory';
      expect({ tagCount: 0, ...reading }).toEqual({ tagCount: 0, ...untold, ...(isDirectory && { readAt }) });
      expect([tags, accessUntold]).toEqual([{}, true]);
    }
    expect(listed[0]?.reading.metadata).toEqual({ CamelCase: 'Value' });
    for (const { reading } of listed.slice(2))
      expect(new Map(Object.entries(reading.metadata))).toEqual(new Map(Object.entries(ODD_METADATA)));
  });

  it('reports when it listed a directory, by the service’s clock', async () => {
    const { container, list } = await startInspected(true);
    await container.getBlockBlobClient('d/file').upload('x', 1);
    const [directory] = (await list()).map(({ reading }) => reading);
    const { readAt } = directory?.kind === 'directory' ? directory : {};
    const { date } = await container.getProperties();
    expect((date?.getTime() ?? 0) - (readAt?.getTime() ?? 0)).toBeLessThan(3_600_000);
  });

  it('lists nothing below a file, whatever the service answers', async () => {
    const { container, inspector } = await startInspected(true);
    await container.getBlockBlobClient('file').upload('x', 1);
    expect(
      (await Array.fromAsync(inspector.listReadings(CONTAINER, { prefix: 'file/', tags: false }))).flat(),
    ).toEqual([]);
  });
});

describe('the inspector of a flat account', () => {
  it('lists a blob that is marked as a directory as a blob', async () => {
    const { container, list } = await startInspected(false);
    await container.getBlockBlobClient('d').upload('', 0, { metadata: { hdi_isfolder: 'true' } });
    const [listed] = await list();
    expect(listed?.reading).toMatchObject({ kind: 'block', metadata: { hdi_isfolder: 'true' } });
    expect(listed?.accessUntold).toBeUndefined();
  });
});
