import { describe, expect, it, onTestFinished } from 'vitest';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { createAzureDirectoryStore } from '../../../src/azure/lake/directories.ts';
import { emptyStaging } from '../../../src/azure/copy/staged-copies.ts';
import { parseContainerName } from '../../../src/model/key.ts';
import { rejectionOf, startAnsweringService } from '../support/answering-service.ts';

const CONTAINER = parseContainerName('photos');
const DAY_MS = 86_400_000;

const page = (container: string, names: readonly string[]): string =>
  `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="${container}"><Blobs>${names
    .map(
      (name) =>
        `<Blob><Name>${name}</Name><Properties><Last-Modified>${new Date(0).toUTCString()}</Last-Modified>` +
        '<Etag>0x1</Etag><Content-Length>1</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>',
    )
    .join('')}</Blobs><NextMarker /></EnumerationResults>`;

/** An account with any listing, and the names that it was asked to delete. */
async function serve(type: string, listing: string) {
  const deleted: string[] = [];
  const service = await startAnsweringService(({ method, url = '' }, response) => {
    if (method === 'GET') response.writeHead(200, { 'content-type': type }).end(listing);
    else if (method === 'DELETE') {
      deleted.push(decodeURIComponent(url.split('?')[0]?.split('/photos/')[1] ?? ''));
      response.writeHead(202).end();
    } else response.writeHead(404).end();
  });
  onTestFinished(async () => await service.stop());
  const { origin } = new URL(service.container.url);
  const account = connectAccount({
    connectionString: `BlobEndpoint=${origin}/backupaccount;SharedAccessSignature=sig=x`,
  });
  return { account, deleted };
}

const later = (): number => Date.now() + DAY_MS;

describe('what is deleted because a listing names it', () => {
  it('is in staging, whatever the listing holds', async () => {
    const { account, deleted } = await serve(
      'application/xml',
      page('photos', ['.blobmirror/staging/a', 'a user', 'another']),
    );
    expect(await rejectionOf(emptyStaging(account, CONTAINER, later))).toMatchObject({
      code: 'answer-not-of-service',
    });
    expect(deleted).toEqual(['.blobmirror/staging/a']);
  });

  it('is in the container that was listed', async () => {
    const { account, deleted } = await serve('application/xml', page('tables', ['.blobmirror/staging/a']));
    expect(await rejectionOf(emptyStaging(account, CONTAINER, later))).toMatchObject({
      code: 'answer-not-of-service',
    });
    expect(deleted).toEqual([]);
  });

  it('is in the trash, whatever the listing returns', async () => {
    const name = `a.${Date.now() - DAY_MS}-0123456789abcdef`;
    const { account, deleted } = await serve(
      'application/json',
      JSON.stringify({ paths: [{ name: `.blobmirror/trash/${name}` }, { name: `user/${name}` }] }),
    );
    const directories = createAzureDirectoryStore(account, later);
    expect(await rejectionOf(directories.emptyTrash(CONTAINER))).toMatchObject({
      code: 'answer-not-of-service',
    });
    expect(deleted).toEqual([`.blobmirror/trash/${name}`]);
  });
});
