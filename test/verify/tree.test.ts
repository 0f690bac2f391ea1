import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { toPermissions } from '../../src/azure/lake/access-control.ts';
import type { Policy } from '../../src/mirror/policy.ts';
import { collectFindings, type Findings, names } from './collect-findings.ts';
import { aclOf, ROOT_CORRUPTIONS, TREE_CORRUPTIONS } from './support/tree-corruptions.ts';
import { CONTAINER, startTreePair, type TreePair } from './support/tree-pair.ts';

const POLICY: Policy = {
  deletes: 'mirror',
  foreign: 'keep',
  declaredMd5: 'ignore',
  tier: 'same',
  tags: 'off',
  acl: 'mirror',
};

let pair: TreePair;
let before: Findings;
let after: Findings;
let withoutAccess: Findings;

beforeAll(async () => {
  pair = await startTreePair();
  await makeEqualTrees();
  before = await collectFindings(pair.inspectors, { policy: POLICY, content: 'read' });

  for (const { path, corrupt } of TREE_CORRUPTIONS) await corrupt(pair.backup, path);
  await pair.backup.addDirectory('directory added');
  await pair.backup.remove('full/inner');
  await pair.backup.addFile('.blobmirror/trash/of the mirror');
  await pair.source.addFile('.blobmirror/of a user');
  after = await collectFindings(pair.inspectors, { policy: POLICY, content: 'read' });
  withoutAccess = await collectFindings(pair.inspectors, { policy: { ...POLICY, acl: 'off' } });
});
afterAll(async () => {
  await pair.stop();
});

async function makeEqualTrees(): Promise<void> {
  const { source, backup } = pair;
  for (const side of [source, backup])
    for (const path of ['full', 'full/inner', 'full a', 'full-b', 'untouched']) await side.addDirectory(path);
  for (const path of ['full/inner/file', 'full/file', 'full a/file', 'untouched/file']) {
    await source.addFile(path);
    await pair.copy(path);
  }
  for (const { path, kind } of TREE_CORRUPTIONS) {
    if (kind === 'file') {
      await source.addFile(path);
      await pair.copy(path);
    } else for (const side of [source, backup]) await side.addDirectory(path);
    for (const side of [source, backup]) await side.setAccess(path, aclOf(kind));
  }
}

const place = (path: string): string => `${CONTAINER}/${path}`;

describe('verify of hierarchical accounts', () => {
  it('finds no difference between two equal trees', () => {
    expect(before.differences).toEqual(new Map());
    const files = TREE_CORRUPTIONS.filter(({ kind }) => kind === 'file').length;
    expect(before.tally).toMatchObject({
      blobs: files + 4,
      directories: TREE_CORRUPTIONS.length - files + 5,
      stillMoving: 0,
      contentUnproven: 0,
    });
  });

  it.each(TREE_CORRUPTIONS)('finds and names what is corrupted: $path', ({ path, differences }) => {
    expect(names(after, place(path))).toEqual(differences);
  });

  it.each(ROOT_CORRUPTIONS)('finds and names what is corrupted of the root: $path', async (corruption) => {
    const { source, backup } = pair;
    for (const side of [source, backup]) await side.setAccess('', aclOf('directory'));
    onTestFinished(async () => {
      for (const side of [source, backup]) await side.setAccess('', 'user::rwx,group::r-x,other::---');
      await backup.path('').setPermissions(toPermissions('rwxr-x---'));
    });
    await corruption.corrupt(backup, '');
    const found = await collectFindings(pair.inspectors, { policy: POLICY });
    expect(names(found, place(''))).toEqual(corruption.differences);
    const off = await collectFindings(pair.inspectors, { policy: { ...POLICY, acl: 'off' } });
    expect(names(off, place(''))).toEqual([]);
  });

  it('finds directories that are missing with all that is in them, and those that are too many', () => {
    expect(names(after, place('full/inner'))).toEqual(['missing-on-backup']);
    expect(names(after, place('full/inner/file'))).toEqual(['missing-on-backup']);
    expect(names(after, place('directory added'))).toEqual(['extra-on-backup']);
  });

  it('finds nothing else, least of all in the directory that is the mirror’s own', () => {
    const expected = TREE_CORRUPTIONS.map(({ path }) => path);
    expect([...after.differences.keys()].toSorted()).toEqual(
      [...expected, 'full/inner', 'full/inner/file', 'directory added'].map(place).toSorted(),
    );
  });

  it('says what each side has', () => {
    expect(after.differences.get(place('directory replaced by a file'))).toEqual([
      { difference: 'resource-type', source: 'directory', backup: 'file' },
    ]);
    expect(after.differences.get(place('entry of a user of a file'))).toEqual([
      { difference: 'acl', name: 'user:bob', source: 'r--', backup: '-w-' },
    ]);
  });

  it('leaves access out where it is not mirrored', () => {
    const ofAccess = TREE_CORRUPTIONS.filter((corruption) => corruption.ofAccess).map(({ path }) =>
      place(path),
    );
    const expected = [...after.differences.keys()].filter((found) => !ofAccess.includes(found));
    expect([...withoutAccess.differences.keys()].toSorted()).toEqual(expected.toSorted());
  });

  it('keeps what the settings keep, directories too', async () => {
    const kept = await collectFindings(pair.inspectors, { policy: { ...POLICY, deletes: 'keep' } });
    expect(kept.differences.has(place('directory added'))).toBe(false);
    expect(kept.tally.kept).toBe(1);
  });
});
