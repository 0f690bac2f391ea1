import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Policy } from '../../src/mirror/policy.ts';
import { collectFindings } from './collect-findings.ts';
import { startTreePair, type TreePair } from './support/tree-pair.ts';

const POLICY: Policy = {
  deletes: 'mirror',
  foreign: 'keep',
  declaredMd5: 'ignore',
  tier: 'same',
  tags: 'off',
  acl: 'mirror',
};
const DIRECTORIES = ['d', 'd/e', 'd e', 'd-e'];
const FILES = ['d/e/file', 'd/file', 'd e/file', 'd-e/file'];

describe('the requests of verify on hierarchical accounts, as storage counts them', () => {
  let pair: TreePair;
  beforeEach(async () => {
    pair = await startTreePair();
    for (const side of [pair.source, pair.backup])
      for (const path of DIRECTORIES) await side.addDirectory(path);
    for (const path of FILES) {
      await pair.source.addFile(path);
      await pair.copy(path);
    }
  });
  afterEach(async () => {
    await pair.stop();
  });

  async function looks(acl: Policy['acl']): Promise<number[]> {
    pair.requests.length = 0;
    const { stillMoving } = await collectFindings(pair.inspectors, { policy: { ...POLICY, acl } });
    expect(stillMoving).toEqual([]);
    return ['sourceaccount', 'backupaccount'].map(
      (account) => pair.requests.filter((request) => request === `${account} Blob_GetProperties`).length,
    );
  }

  it('are a look at both sides of every file and directory where access is compared, which listings leave out', async () => {
    const keys = DIRECTORIES.length + FILES.length;
    expect(await looks('mirror')).toEqual([keys, keys]);
  });

  it('are one for the root of each side where access is compared, and none where it is not', async () => {
    const ofRoot = () => pair.requests.filter((request) => request.endsWith(' Path_GetAccessControl'));
    await looks('mirror');
    expect(ofRoot()).toEqual(['sourceaccount Path_GetAccessControl', 'backupaccount Path_GetAccessControl']);
    await looks('off');
    expect(ofRoot()).toEqual([]);
  });

  it('are none beside the listings where access is not compared', async () => {
    expect(await looks('off')).toEqual([0, 0]);
  });

  it('are a look for each name that one side lacks, and for no neighbour of it', async () => {
    await pair.backup.remove('d/e');
    expect(await looks('off')).toEqual([2, 2]);
  });
});
