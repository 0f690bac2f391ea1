import { BlobServiceClient } from '@azure/storage-blob';
import { expect, it, onTestFinished } from 'vitest';
import { createAzureAccountInspector } from '../../src/azure/account-inspector.ts';
import { connectAccount } from '../../src/azure/account/connect-account.ts';
import { parseContainerName } from '../../src/model/key.ts';
import { describeInspector } from '../contract/inspector.contract.ts';
import { startStoragePair } from '../support/storage-pair.ts';
import { writePage } from './listing/support/written-page.ts';
import { rejectionOf, startAnsweringService } from './support/answering-service.ts';

describeInspector('on real accounts', async () => {
  const pair = await startStoragePair();
  const connectionString = pair.connectionStrings.backup;
  await BlobServiceClient.fromConnectionString(connectionString).createContainer('opened', {
    access: 'blob',
  });
  return { ...pair, inspector: createAzureAccountInspector(connectAccount({ connectionString })) };
});

async function listOne(
  properties: Readonly<Record<string, string>>,
  metadata: Readonly<Record<string, string>>,
) {
  const blobs = [
    {
      name: 'a',
      properties: new Map(Object.entries({ Etag: '0x1', BlobType: 'BlockBlob', ...properties })),
      metadata: new Map(Object.entries(metadata)),
      tags: new Map(),
    },
  ];
  const service = await startAnsweringService((_, response) =>
    response.end(writePage({ blobs, nextMarker: '' })),
  );
  onTestFinished(async () => await service.stop());
  const endpoint = service.container.url.replace(/\/photos$/, '');
  const connectionString = `BlobEndpoint=${endpoint};SharedAccessSignature=sv=2026&sig=x`;
  const inspector = createAzureAccountInspector(connectAccount({ connectionString }));
  const pages = inspector.listReadings(parseContainerName('photos'), { prefix: '', tags: false });
  return (await Array.fromAsync(pages)).flat();
}

it('reports where a listing cannot carry a metadata name', async () => {
  expect(await listOne({}, { own: 'x' })).not.toMatchObject([{ metadataUntold: true }]);
  expect(await listOne({}, { 'x-ms-invalid-name': '1st' })).toMatchObject([{ metadataUntold: true }]);
});

it.each([{ 'Content-Length': 'many' }, { 'Last-Modified': 'once' }, { BlobType: 'Blob' }])(
  'rejects an entry with %j as not from the service',
  async (properties) => {
    expect(await rejectionOf(listOne(properties, {}))).toMatchObject({ code: 'answer-not-of-service' });
  },
);
