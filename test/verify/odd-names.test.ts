import { expect, it, onTestFinished } from 'vitest';
import { createAzureAccountInspector } from '../../src/azure/account-inspector.ts';
import { connectAccount } from '../../src/azure/account/connect-account.ts';
import { converge } from '../../src/mirror/converge.ts';
import { parseKey } from '../../src/model/key.ts';
import { addStamp } from '../../src/model/stamp.ts';
import { ODD_METADATA, ODD_TAGS } from '../support/odd-metadata.ts';
import { POLICY } from '../support/memory-pair.ts';
import { startStoragePair } from '../support/storage-pair.ts';
import { collectFindings, names } from './collect-findings.ts';
import { CONTAINER, startTreePair } from './support/tree-pair.ts';

/** Other values under the same names: what a parser lost on both sides would pass for equal. */
const others = (values: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name]) => [name, 'other']));
const each = (difference: string, values: Readonly<Record<string, string>>): string[] =>
  Object.keys(values).map((name) => `${difference} ${name}`);

it('metadata and tags of every legal name are mirrored and compared on flat accounts', async () => {
  const pair = await startStoragePair();
  onTestFinished(async () => await pair.stop());
  const key = parseKey('photos', 'odd');
  const place = 'photos/odd';
  const policy = { ...POLICY, tags: 'mirror' } as const;
  await pair.put('source', key, { content: 'x', metadata: ODD_METADATA, tags: ODD_TAGS });
  await converge({ source: pair.source, backup: pair.backup, policy }, key);
  const [source, backup] = (['source', 'backup'] as const).map((side) =>
    createAzureAccountInspector(connectAccount({ connectionString: pair.connectionStrings[side] })),
  );
  if (source === undefined || backup === undefined) throw new Error('there are two accounts');
  const find = async () => names(await collectFindings({ source, backup }, { policy }), place);
  expect(await find()).toEqual([]);

  const there = await pair.backup.read(key);
  const mirrored = await pair.source.read(key);
  if (!there.present || !mirrored.present) throw new Error('it is not there');
  const metadata = addStamp(others(ODD_METADATA), { account: pair.source.account, ...mirrored });
  await pair.backup.restamp({ key, metadata, ifMatch: there.etag });
  await pair.backup.setTags(key, others(ODD_TAGS));
  expect(await find()).toEqual([...each('metadata', ODD_METADATA), ...each('tag', ODD_TAGS)].toSorted());
});

it('metadata of every legal name is compared on hierarchical accounts', async () => {
  const pair = await startTreePair();
  onTestFinished(async () => await pair.stop());
  const { source, backup, inspectors } = pair;
  for (const { blobs } of [source, backup]) {
    await blobs.getBlockBlobClient('odd/file').upload('x', 1, { metadata: ODD_METADATA });
    await blobs.getBlockBlobClient('odd').setMetadata(ODD_METADATA);
  }
  const find = async (path: string) => names(await collectFindings(inspectors), `${CONTAINER}/${path}`);
  expect([await find('odd'), await find('odd/file')]).toEqual([[], ['stamp-missing']]);
  await backup.blobs.getBlockBlobClient('odd').setMetadata(others(ODD_METADATA));
  expect(await find('odd')).toEqual(each('metadata', ODD_METADATA).toSorted());
});
