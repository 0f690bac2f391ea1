import { expect, it } from 'vitest';
import { connectAccount, readAccountKind } from '../../../src/azure/account/connect-account.ts';
import { createAzureDirectoryStore } from '../../../src/azure/lake/directories.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { parseKey } from '../../../src/model/key.ts';
import { startStoragePair } from '../../support/storage-pair.ts';

it.each([
  ['hierarchical', true],
  ['flat', false],
] as const)('an account that is %s says so', async (kind, hierarchical) => {
  const pair = await startStoragePair({}, { hierarchical });
  const account = connectAccount({ connectionString: pair.connectionStrings.backup });
  // The embedded storage derives the kind from the content.
  await pair.put('backup', parseKey('lake', 'f'), { content: 'x' });
  expect(await readAccountKind(account)).toBe(kind);
  await pair.stop();
});

it('an account that does not answer has no kind', async () => {
  const pair = await startStoragePair();
  const account = connectAccount({ connectionString: pair.connectionStrings.backup });
  await pair.stop();
  await expect(readAccountKind(account)).rejects.toMatchObject({ code: 'storage-unavailable' });
});

it('a blob of a flat account that is marked as a directory is a blob', async () => {
  const pair = await startStoragePair();
  const key = parseKey('photos', 'folder');
  await pair.put('source', key, { content: '', metadata: { hdi_isfolder: 'true' } });
  expect(await pair.source.read(key)).toMatchObject({ kind: 'block', metadata: { hdi_isfolder: 'true' } });
  for await (const page of pair.source.listBlobs(key.container))
    expect(page.entries).toMatchObject([{ path: 'folder', isDirectory: false }]);
  await pair.stop();
});

it('a flat account refuses all directory operations', async () => {
  const pair = await startStoragePair();
  const directories = createAzureDirectoryStore(
    connectAccount({ connectionString: pair.connectionStrings.backup }),
  );
  await pair.addContainer('backup', 'photos');
  const [key, etag] = [parseKey('photos', 'd'), parseEtag('0x1')];
  await pair.put('backup', key, { content: 'x' });
  const rejected = { code: 'storage-rejected' };
  await expect(directories.createDirectory({ key, metadata: {}, access: undefined })).rejects.toMatchObject(
    rejected,
  );
  await expect(directories.moveToTrash(key, etag)).rejects.toMatchObject(rejected);
  await pair.stop();
});
