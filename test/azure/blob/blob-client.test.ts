import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobClient, blobUrl } from '../../../src/azure/blob/blob-client.ts';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { parseKey } from '../../../src/model/key.ts';

const ENDPOINTS = [
  'BlobEndpoint=http://127.0.0.1:1/account;SharedAccessSignature=sv=1&sig=a%2Fb%3D',
  `DefaultEndpointsProtocol=https;AccountName=account;AccountKey=${Buffer.from('key').toString('base64')};BlobEndpoint=https://account.blob.core.windows.net`,
];
const segment = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.constantFrom('.', '..', '', "it's", 'a+b', 'a%2Fb', '%2e', 'a\\b', '?', '#', '{url}', ' '),
);

describe('the URL of a blob', () => {
  it.each(ENDPOINTS)('is that of its client, whatever the name, at %s', (connectionString) => {
    const account = connectAccount({ connectionString });
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
        const path = segments.join('/');
        fc.pre(path !== '' && path !== '.' && path !== '..');
        const key = parseKey('photos', path);
        expect(blobUrl(account, key)).toBe(blobClient(account, key).url);
      }),
    );
  });
});
