import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import type { Listing } from '../../../src/azure/listing/listing.ts';
import { openListing } from '../../../src/azure/listing/open-listing.ts';
import { parsePage } from '../../../src/azure/listing/parse-page.ts';
import { scanPage } from '../../../src/azure/listing/scan-page.ts';
import { toStamp } from '../../../src/azure/listing/entry-fields.ts';
import { parseContainerName } from '../../../src/model/key.ts';
import { type Stamp, splitStamp } from '../../../src/model/stamp.ts';
import { startLake } from '../../../packages/local/test/support/start-lake.ts';
import { startTwoAccounts } from '../../../packages/local/test/support/two-accounts.ts';
import { budget } from '../../support/budgets.ts';
import { plain } from './support/plain.ts';

/** From the documented example of an answer, in the form that Azure writes. */
const AZURE = (blob: string): Buffer =>
  Buffer.from(
    '<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://a.blob.core.windows.net/" ContainerName="photos">' +
      `<Prefix>p</Prefix><MaxResults>1</MaxResults><Blobs><Blob>${blob}</Blob></Blobs><NextMarker>2!8!MDAw</NextMarker></EnumerationResults>`,
  );

const DIRECTORY = AZURE(
  '<Name>p</Name><Properties><Creation-Time>Sat, 21 Nov 2026 21:54:57 GMT</Creation-Time>' +
    '<Last-Modified>Sat, 21 Nov 2026 21:54:57 GMT</Last-Modified><Etag>0x8DC</Etag><ResourceType>directory</ResourceType>' +
    '<Content-Length>0</Content-Length><Content-Encoding /><BlobType>BlockBlob</BlobType>' +
    '<Owner>$superuser</Owner><Group>staff</Group><Permissions>rwxr-x---</Permissions>' +
    '<Acl>user::rwx,group::r-x,other::---</Acl></Properties><Metadata /><OrMetadata />',
);

describe('the scanner of listings', () => {
  it('reads the form that Azure writes, with owner, group, permissions and ACL', () => {
    const page = scanPage(DIRECTORY);
    expect(page?.nextMarker).toBe('2!8!MDAw');
    expect(page?.entries[0]).toMatchObject({ name: 'p', etag: '0x8DC', isDirectory: true, stamp: undefined });
    expect(page?.entries[0]?.details().access).toEqual({
      owner: '$superuser',
      group: 'staff',
      permissions: 'rwxr-x---',
      acl: 'user::rwx,group::r-x,other::---',
    });
    expect(page && plain(page)).toEqual(plain(parsePage(DIRECTORY)));
  });

  it('reports metadata with a name that XML cannot carry', () => {
    const properties = '<Properties><Etag>0x8DC</Etag></Properties>';
    const entries = ['<x-ms-invalid-name>a-b</x-ms-invalid-name>', '<ab>1</ab>'].flatMap((metadata) => {
      const page = AZURE(`<Name>p</Name>${properties}<Metadata>${metadata}</Metadata>`);
      return [scanPage(page), parsePage(page)].map((found) => found?.entries[0]?.details().isMetadataWhole);
    });
    expect(entries).toEqual([false, false, true, true]);
  });

  it('shows no stamp of a copy without its content', () => {
    const statuses = ['success', 'pending', 'failed', 'aborted'];
    const stamps = statuses.map((status) => {
      const properties = `<Properties><Etag>0x1</Etag><CopyStatus>${status}</CopyStatus></Properties>`;
      const stamp = 'v=1;account=a;etag=0x2;modified=2026-11-21T21:54:57.000Z';
      const page = AZURE(`<Name>p</Name>${properties}<Metadata><blobmirror>${stamp}</blobmirror></Metadata>`);
      return scanPage(page)?.entries[0]?.stamp?.etag;
    });
    expect(stamps).toEqual(['0x2', undefined, undefined, undefined]);
  });

  it.each<[string, boolean, Listing]>([
    ['flat', false, { include: { metadata: true, tags: true, copy: true } }],
    ['hierarchical', true, { include: { metadata: true, copy: true } }],
    ['empty', false, { prefix: 'nothing' }],
  ])('leaves no page of the embedded storage to the parser: %s', async (_, hierarchical, listing) => {
    const { storage, source } = hierarchical ? await startLake() : await startTwoAccounts();
    const tags = hierarchical ? {} : { tags: { a: 'b' } };
    await source.getBlockBlobClient('a/b & é').upload('x', 1, { metadata: { a: 'b <c>' }, ...tags });
    await source.getBlockBlobClient('c').upload('x', 1);
    const account = connectAccount({ connectionString: storage.connectionString('sourceaccount') });
    const { bytes } = await openListing(account, parseContainerName('docs'))(listing);
    expect(scanPage(bytes)?.entries).toHaveLength(listing.prefix === undefined ? (hierarchical ? 3 : 2) : 0);
  });
});

describe('the stamp of a listed blob', () => {
  it('is the same as from the whole metadata, and undefined where that fails', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme-ascii' }),
      fc.constantFrom('v=1', 'v=2', 'account=a', 'account=', 'etag=0x8DC', 'etag="0x8DC"', 'etag=""', ''),
      fc.constantFrom('modified=2026-11-21', 'modified=then'),
    );
    const usual = fc.constant('v=1;account=a;etag=0x8DC;modified=2026-11-21T21:54:57.000Z');
    fc.assert(
      fc.property(
        fc.oneof(
          usual,
          fc.array(part).map((parts) => parts.join(';')),
        ),
        (text) => {
          expect(toStamp(text)).toEqual(stampIn(text));
        },
      ),
      { numRuns: budget(2000, 500) },
    );
    expect(toStamp('v=1;account=a;etag="";modified=2026-11-21')).toBeUndefined();
  });
});

function stampIn(text: string): Stamp | undefined {
  try {
    return splitStamp({ blobmirror: text }).stamp;
  } catch {
    return undefined;
  }
}
