import { expect, it } from 'vitest';
import { connectStorage } from '../../src/wiring/connect-storage.ts';

it.each([
  'DefaultEndpointsProtocol=https;BlobEndpoint=https://storage.contoso.com;AccountName=photos;AccountKey=a2V5',
  'BlobEndpoint=https://photos.z12.blob.storage.azure.net;SharedAccessSignature=sv=2021&sig=x',
])('calls an account by the name in the settings, which is the one in events: %s', (connectionString) => {
  expect(connectStorage({ accountName: 'photos', connectionString }).name).toBe('photos');
});

it('does so for an endpoint that is reached with an identity', () => {
  const blobServiceUri = 'https://photos.z12.blob.storage.azure.net';
  expect(connectStorage({ accountName: 'photos', blobServiceUri, clientId: undefined }).name).toBe('photos');
});
