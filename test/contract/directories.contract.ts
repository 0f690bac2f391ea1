import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Access, isSameAccess } from '../../src/model/access.js';
import { type Etag, parseEtag } from '../../src/model/etag.js';
import { type Key, keyText, parseBlobPath, parseContainerName, parseKey } from '../../src/model/key.js';
import type { BlobPresent, DirectoryPresent } from '../../src/model/reading.js';
import { RESERVED_DIRECTORY } from '../../src/model/scope.js';
import { addStamp } from '../../src/model/stamp.js';
import type { CopyOutcome } from '../../src/ports/backup-store.js';
import type { WriteCondition } from '../../src/ports/write-outcome.js';
import type { ListedBlob, ListRange } from '../../src/ports/blob-reader.js';
import type { TreeStoresUnderTest } from './tree-stores.js';

type Side = 'source' | 'backup';

const STAMP = {
  account: 'sourceaccount',
  etag: parseEtag('0xABC'),
  lastModified: new Date('2026-11-21T20:00:00Z'),
};

const ABSENT = { present: false, container: 'exists' } as const;
const NOTHING_THERE: WriteCondition = { nothingThere: true };
const STALE = parseEtag('0x1');

const FILE_ACCESS: Access = {
  owner: 'alice',
  group: 'staff',
  permissions: 'rwxr-x---',
  acl: 'user::rwx,user:bob:r--,group::r-x,mask::r-x,other::---',
};
const DIRECTORY_ACCESS: Access = {
  owner: 'alice',
  group: 'staff',
  permissions: 'rwxr-x--x',
  acl: 'user::rwx,group::r-x,other::--x,default:user::rwx,default:group::r-x,default:other::---',
};

/** What the ports promise of hierarchical accounts besides: in memory and on real accounts. */
export function describeDirectories(name: string, create: () => Promise<TreeStoresUnderTest>): void {
  describe(`the ports of hierarchical accounts ${name}`, () => {
    let stores: TreeStoresUnderTest;
    let keys = 0;
    beforeAll(async () => {
      stores = await create();
      for (const side of ['source', 'backup'] as const) await stores.addContainer(side, 'lake');
    });
    afterAll(async () => {
      await stores.stop();
    });

    /** A path that nobody else uses, in a directory that is not there. */
    const newKey = (): Key => parseKey('lake', `tree ${++keys} ü%/entry`);
    const below = ({ container, path }: Key, rest: string): Key => parseKey(container, `${path}/${rest}`);
    const parentOf = ({ container, path }: Key): Key =>
      parseKey(container, path.slice(0, path.lastIndexOf('/')));

    async function file(side: Side, key: Key): Promise<BlobPresent> {
      const reading = await stores[side].read(key);
      if (!reading.present || reading.kind === 'directory') throw new Error(`${keyText(key)} is no file`);
      return reading;
    }

    async function directory(side: Side, key: Key): Promise<DirectoryPresent> {
      const reading = await stores[side].read(key);
      if (!reading.present || reading.kind !== 'directory')
        throw new Error(`${keyText(key)} is no directory`);
      return reading;
    }

    async function newDirectory(side: Side): Promise<{ key: Key; etag: Etag }> {
      const key = newKey();
      await stores.makeDirectory(side, key);
      return { key, etag: (await directory(side, key)).etag };
    }

    async function newFile(side: Side, content = 'x'): Promise<{ key: Key; etag: Etag }> {
      const key = newKey();
      await stores.put(side, key, { content });
      return { key, etag: (await file(side, key)).etag };
    }

    async function copyTo(key: Key, condition: WriteCondition = NOTHING_THERE): Promise<CopyOutcome> {
      const { key: from } = await newFile('source', 'copied');
      const source = await file('source', from);
      const metadata = addStamp({}, STAMP);
      return await stores.backup.copy({ key, from, source, metadata, condition, tier: undefined, tags: {} });
    }

    async function list(container: string, range: ListRange = {}): Promise<ListedBlob[]> {
      const listed = [];
      for await (const page of stores.backup.listBlobs(parseContainerName(container), range))
        listed.push(...page);
      return listed;
    }

    describe('read', () => {
      it('gives metadata of a directory with the case of names, and nothing that the service adds', async () => {
        const key = newKey();
        const before = new Date();
        await stores.makeDirectory('source', key, { metadata: { CamelCase: 'Value', lower: 'x' } });
        const reading = await directory('source', key);
        expect(reading.metadata).toEqual({ CamelCase: 'Value', lower: 'x' });
        expect(reading.lastModified).toBeInstanceOf(Date);
        expect(reading.readAt.getTime()).toBeGreaterThanOrEqual(before.getTime() - 1000);
        expect(reading.readAt.getTime()).toBeLessThanOrEqual(Date.now());
        expect(await directory('source', parentOf(key))).toMatchObject({ metadata: {} });
      });

      it('gives the access of a directory and of a file', async () => {
        const [{ key: inside }, { key: whole }] = [await newFile('source'), await newDirectory('source')];
        await stores.setAccess('source', inside, FILE_ACCESS);
        await stores.setAccess('source', whole, DIRECTORY_ACCESS);
        const [ofFile, ofDirectory] = [await file('source', inside), await directory('source', whole)];
        expect(ofFile.access).toMatchObject({ owner: 'alice', group: 'staff', permissions: 'rwxr-x---' });
        expect(isSameAccess(ofFile.access, FILE_ACCESS)).toBe(true);
        expect(ofDirectory.access).toMatchObject({ owner: 'alice', permissions: 'rwxr-x--x' });
        expect(isSameAccess(ofDirectory.access, DIRECTORY_ACCESS)).toBe(true);
      });

      it('finds nothing below a directory that is missing, and nothing below a file', async () => {
        expect(await stores.source.read(newKey())).toEqual(ABSENT);
        const { key } = await newFile('source');
        expect(await stores.source.read(below(key, 'x'))).toEqual(ABSENT);
        expect(await stores.source.read(below(key, 'x/y'))).toEqual(ABSENT);
      });

      it('of a directory is not moved by what is put into it', async () => {
        const { key, etag } = await newDirectory('source');
        await stores.put('source', below(key, 'f'), { content: 'x' });
        expect(await directory('source', key)).toMatchObject({ etag });
      });
    });

    describe('createDirectory', () => {
      it('makes one with metadata and access, and those above it', async () => {
        const key = newKey();
        const metadata = { CamelCase: 'Värde, a=b', lower: 'x' };
        expect(await stores.backup.createDirectory({ key, metadata, access: DIRECTORY_ACCESS })).toEqual({
          outcome: 'written',
          access: 'set',
        });
        const made = await directory('backup', key);
        expect(made.metadata).toEqual(metadata);
        expect(made.access).toBeDefined();
        expect(isSameAccess(made.access, DIRECTORY_ACCESS)).toBe(true);
        expect(await directory('backup', parentOf(key))).toMatchObject({ metadata: {} });
      });

      it('without access gives what the service gives', async () => {
        const key = newKey();
        expect(await stores.backup.createDirectory({ key, metadata: {}, access: undefined })).toMatchObject({
          outcome: 'written',
        });
        expect((await directory('backup', key)).access).toBeDefined();
      });

      it('is lost to what is there, a directory or a file, and below a file', async () => {
        const [{ key: other, etag }, { key: aFile }] = [
          await newDirectory('backup'),
          await newFile('backup'),
        ];
        for (const key of [other, aFile, below(aFile, 'x'), below(aFile, 'x/y')])
          expect(
            await stores.backup.createDirectory({ key, metadata: { a: 'b' }, access: undefined }),
            keyText(key),
          ).toEqual({ outcome: 'backup-moved' });
        expect(await directory('backup', other)).toMatchObject({ etag, metadata: {} });
        expect(await stores.content('backup', aFile)).toBe('x');
      });
    });

    describe('copy', () => {
      it('into a directory that is missing brings it into being', async () => {
        const key = below(newKey(), 'deeper/f');
        expect(await copyTo(key)).toMatchObject({ outcome: 'written' });
        expect(await stores.content('backup', key)).toBe('copied');
        expect(await file('backup', key)).toMatchObject({ stamp: STAMP });
        await directory('backup', parentOf(key));
        await directory('backup', parentOf(parentOf(key)));
      });

      it('onto a directory is lost to the backup, whatever it asks for', async () => {
        const { key, etag } = await newDirectory('backup');
        expect(await copyTo(key)).toMatchObject({ outcome: 'backup-moved' });
        expect(await copyTo(key, { ifMatch: etag })).toMatchObject({ outcome: 'backup-moved' });
        expect(await directory('backup', key)).toMatchObject({ etag });
      });

      it('below a file is lost to the backup', async () => {
        const { key } = await newFile('backup');
        expect(await copyTo(below(key, 'x'))).toMatchObject({ outcome: 'backup-moved' });
        expect(await copyTo(below(key, 'x/y'))).toMatchObject({ outcome: 'backup-moved' });
        expect(await stores.content('backup', key)).toBe('x');
      });
    });

    describe('setAccess', () => {
      it('sets owner, group, permissions and list of a file and of a directory', async () => {
        const [{ key: inside }, { key: whole }] = [await newFile('backup'), await newDirectory('backup')];
        const set = { outcome: 'written', access: 'set' };
        expect(await stores.backup.setAccess(inside, FILE_ACCESS)).toEqual(set);
        expect(await stores.backup.setAccess(whole, DIRECTORY_ACCESS)).toEqual(set);
        const [ofFile, ofDirectory] = [await file('backup', inside), await directory('backup', whole)];
        expect(ofFile.access).toBeDefined();
        expect(ofDirectory.access).toBeDefined();
        expect(isSameAccess(ofFile.access, FILE_ACCESS)).toBe(true);
        expect(isSameAccess(ofDirectory.access, DIRECTORY_ACCESS)).toBe(true);
      });

      it('takes away the entries that are not in the list', async () => {
        const { key } = await newFile('backup');
        await stores.setAccess('backup', key, FILE_ACCESS);
        const plain = { ...FILE_ACCESS, acl: 'user::rwx,group::r-x,other::---' };
        expect(await stores.backup.setAccess(key, plain)).toMatchObject({ outcome: 'written' });
        expect(isSameAccess((await file('backup', key)).access, plain)).toBe(true);
      });

      it('is lost to the backup where nothing is', async () => {
        expect(await stores.backup.setAccess(newKey(), FILE_ACCESS)).toEqual({ outcome: 'backup-moved' });
      });
    });

    describe('restamp of a directory', () => {
      it('sets its metadata under its ETag, and no more', async () => {
        const { key, etag } = await newDirectory('backup');
        await stores.setAccess('backup', key, DIRECTORY_ACCESS);
        await stores.put('backup', below(key, 'f'), { content: 'x' });
        const request = { key, headers: undefined, contentMd5: undefined, metadata: { Bee: '2' } };
        expect(await stores.backup.restamp({ ...request, ifMatch: STALE })).toEqual({
          outcome: 'backup-moved',
        });
        expect(await stores.backup.restamp({ ...request, ifMatch: etag })).toEqual({ outcome: 'written' });
        const after = await directory('backup', key);
        expect(after.metadata).toEqual({ Bee: '2' });
        expect(after.etag).not.toBe(etag);
        expect(isSameAccess(after.access, DIRECTORY_ACCESS)).toBe(true);
        expect(await stores.content('backup', below(key, 'f'))).toBe('x');
      });

      it('is lost to the backup where nothing is any more', async () => {
        const { key, etag } = await newDirectory('backup');
        await stores.removeDirectory('backup', key);
        expect(
          await stores.backup.restamp({
            key,
            headers: undefined,
            contentMd5: undefined,
            metadata: {},
            ifMatch: etag,
          }),
        ).toEqual({ outcome: 'backup-moved' });
      });
    });

    describe('rename', () => {
      const rename = async (from: Key, to: Key, ifMatch: Etag, condition = NOTHING_THERE) =>
        await stores.backup.rename({ from, to, ifMatch, condition });

      it('of a file keeps content, ETag, stamp and access', async () => {
        const key = newKey();
        await stores.put('backup', key, { content: 'hello', metadata: addStamp({ Aa: 'b' }, STAMP) });
        await stores.setAccess('backup', key, FILE_ACCESS);
        const before = await file('backup', key);
        const { key: into } = await newDirectory('backup');
        const to = below(into, 'renamed ü%');
        expect(await rename(key, to, before.etag)).toEqual({ outcome: 'written' });
        expect(await stores.backup.read(key)).toEqual(ABSENT);
        expect(await file('backup', to)).toEqual(before);
        expect(await stores.content('backup', to)).toBe('hello');
      });

      it('of a directory takes along all that is below it, ETags and stamps included', async () => {
        const { key, etag } = await newDirectory('backup');
        await stores.makeDirectory('backup', below(key, 'empty'), { metadata: { a: 'b' } });
        await stores.put('backup', below(key, 'a/b/f'), {
          content: 'deep',
          metadata: addStamp({}, STAMP),
        });
        const before = await file('backup', below(key, 'a/b/f'));
        const to = parseKey(key.container, `${key.path} elsewhere`);
        expect(await rename(key, to, etag)).toEqual({ outcome: 'written' });
        expect(await directory('backup', to)).toMatchObject({ etag });
        expect(await file('backup', below(to, 'a/b/f'))).toEqual(before);
        expect(await directory('backup', below(to, 'empty'))).toMatchObject({ metadata: { a: 'b' } });
        for (const gone of [key, below(key, 'empty'), below(key, 'a/b/f')])
          expect(await stores.backup.read(gone)).toEqual(ABSENT);
      });

      it('takes the place of the file that it names and of no other', async () => {
        const [one, other] = [await newFile('backup', 'one'), await newFile('backup', 'other')];
        const lost = { outcome: 'backup-moved' };
        expect(await rename(one.key, other.key, one.etag)).toEqual(lost);
        expect(await rename(one.key, other.key, one.etag, { ifMatch: STALE })).toEqual(lost);
        expect(await stores.content('backup', other.key)).toBe('other');
        expect(await rename(one.key, other.key, one.etag, { ifMatch: other.etag })).toEqual({
          outcome: 'written',
        });
        expect(await stores.content('backup', other.key)).toBe('one');
        expect(await stores.backup.read(one.key)).toEqual(ABSENT);
      });

      it('is lost when what is to be renamed is another one or gone', async () => {
        const [one, whole] = [await newFile('backup', 'one'), await newDirectory('backup')];
        const to = parseKey('lake', `${one.key.path} to`);
        const lost = { outcome: 'backup-moved' };
        expect(await rename(one.key, to, STALE)).toEqual(lost);
        expect(await rename(whole.key, to, STALE)).toEqual(lost);
        await stores.remove('backup', one.key);
        await stores.removeDirectory('backup', whole.key);
        expect(await rename(one.key, to, one.etag)).toEqual(lost);
        expect(await rename(whole.key, to, whole.etag)).toEqual(lost);
        expect(await stores.backup.read(to)).toEqual(ABSENT);
      });

      it('is lost when what it was to replace is gone', async () => {
        const [one, other] = [await newFile('backup', 'one'), await newFile('backup', 'other')];
        await stores.remove('backup', other.key);
        expect(await rename(one.key, other.key, one.etag, { ifMatch: other.etag })).toEqual({
          outcome: 'backup-moved',
        });
        expect(await stores.content('backup', one.key)).toBe('one');
      });

      it('is lost where the directory that it goes into is missing or a file', async () => {
        const [one, other] = [await newFile('backup', 'one'), await newFile('backup', 'other')];
        for (const to of [newKey(), below(other.key, 'x')])
          expect(await rename(one.key, to, one.etag)).toEqual({ outcome: 'backup-moved' });
        expect(await stores.content('backup', one.key)).toBe('one');
      });

      it('is lost where a file would replace a directory, or a directory anything, or be within itself', async () => {
        const [one, whole, other] = [
          await newFile('backup', 'one'),
          await newDirectory('backup'),
          await newDirectory('backup'),
        ];
        await stores.put('backup', below(other.key, 'f'), { content: 'x' });
        const lost = { outcome: 'backup-moved' };
        expect(await rename(one.key, whole.key, one.etag, { ifMatch: whole.etag })).toEqual(lost);
        expect(await rename(whole.key, one.key, whole.etag, { ifMatch: one.etag })).toEqual(lost);
        expect(await rename(whole.key, other.key, whole.etag)).toEqual(lost);
        expect(await rename(whole.key, other.key, whole.etag, { ifMatch: other.etag })).toEqual(lost);
        expect(await rename(whole.key, below(whole.key, 'x'), whole.etag)).toEqual(lost);
        expect(await stores.content('backup', one.key)).toBe('one');
        expect(await directory('backup', whole.key)).toMatchObject({ etag: whole.etag });
      });
    });

    describe('removeEmptyDirectory', () => {
      it('removes the one that was read', async () => {
        const { key, etag } = await newDirectory('backup');
        expect(await stores.backup.removeEmptyDirectory(key, STALE)).toEqual({ outcome: 'backup-moved' });
        expect(await stores.backup.removeEmptyDirectory(key, etag)).toEqual({ outcome: 'written' });
        expect(await stores.backup.read(key)).toEqual(ABSENT);
        expect(await stores.backup.removeEmptyDirectory(key, etag)).toEqual({ outcome: 'backup-moved' });
      });

      it('leaves one that anything is in', async () => {
        const [full, nested] = [await newDirectory('backup'), await newDirectory('backup')];
        await stores.put('backup', below(full.key, 'f'), { content: 'x' });
        await stores.makeDirectory('backup', below(nested.key, 'd'));
        for (const { key, etag } of [full, nested])
          expect(await stores.backup.removeEmptyDirectory(key, etag)).toEqual({ outcome: 'not-empty' });
        expect(await stores.content('backup', below(full.key, 'f'))).toBe('x');
      });

      it('leaves the file that took its place', async () => {
        const { key, etag } = await newDirectory('backup');
        await stores.removeDirectory('backup', key);
        await stores.put('backup', key, { content: 'x' });
        expect(await stores.backup.removeEmptyDirectory(key, etag)).toEqual({ outcome: 'backup-moved' });
        expect(await stores.content('backup', key)).toBe('x');
      });
    });

    describe('the trash', () => {
      async function trash(key: Key, etag: Etag): Promise<Key> {
        const outcome = await stores.backup.moveToTrash(key, etag);
        if (outcome.outcome !== 'trashed') throw new Error(`it was not trashed: ${outcome.outcome}`);
        return outcome.trashed;
      }

      it('takes a directory with all that is below it out of readings and listings, until it is deleted', async () => {
        const { key, etag } = await newDirectory('backup');
        await stores.put('backup', below(key, 'a/f'), { content: 'x' });
        const trashed = await trash(key, etag);
        for (const gone of [key, below(key, 'a'), below(key, 'a/f')])
          expect(await stores.backup.read(gone)).toEqual(ABSENT);
        const listed = (await list('lake')).map(({ path }) => path);
        expect(listed).toContain(parentOf(key).path);
        expect(listed.filter((path) => path.startsWith(key.path))).toEqual([]);
        expect(listed.filter((path) => path.startsWith(RESERVED_DIRECTORY))).toEqual([]);
        expect(await list('lake', { prefix: RESERVED_DIRECTORY })).toEqual([]);
        expect(await list('lake', { prefix: `${RESERVED_DIRECTORY}/` })).toEqual([]);
        expect(await stores.isInTrash(trashed)).toBe(true);
        await stores.backup.deleteTrashed(trashed);
        expect(await stores.isInTrash(trashed)).toBe(false);
      });

      it('is lost to the backup when the directory is another one, gone, or a file', async () => {
        const { key, etag } = await newDirectory('backup');
        await stores.put('backup', below(key, 'f'), { content: 'x' });
        const lost = { outcome: 'backup-moved' };
        expect(await stores.backup.moveToTrash(key, STALE)).toEqual(lost);
        expect(await stores.content('backup', below(key, 'f'))).toBe('x');
        await stores.removeDirectory('backup', key);
        expect(await stores.backup.moveToTrash(key, etag)).toEqual(lost);
        await stores.put('backup', key, { content: 'x' });
        expect(await stores.backup.moveToTrash(key, etag)).toEqual(lost);
        expect(await stores.content('backup', key)).toBe('x');
      });

      it('holds two directories of one name', async () => {
        const first = await newDirectory('backup');
        const one = await trash(first.key, first.etag);
        await stores.makeDirectory('backup', first.key);
        const two = await trash(first.key, (await directory('backup', first.key)).etag);
        expect(two).not.toEqual(one);
        await stores.backup.deleteTrashed(two);
        expect([await stores.isInTrash(one), await stores.isInTrash(two)]).toEqual([true, false]);
      });

      it('takes a directory of the longest path', async () => {
        const key = parseKey('lake', `${'ü'.repeat(200)}/${++keys}-${'%'.repeat(200)}`);
        await stores.makeDirectory('backup', key);
        const trashed = await trash(key, (await directory('backup', key)).etag);
        expect(await stores.isInTrash(trashed)).toBe(true);
      });

      it('is deleted once, and it is no error to do so again', async () => {
        const { key, etag } = await newDirectory('backup');
        const trashed = await trash(key, etag);
        await stores.backup.deleteTrashed(trashed);
        await stores.backup.deleteTrashed(trashed);
        expect(await stores.isInTrash(trashed)).toBe(false);
      });

      it('keeps for a while what a worker may still be about to delete', async () => {
        const { key, etag } = await newDirectory('backup');
        const trashed = await trash(key, etag);
        await stores.backup.emptyTrash(key.container);
        expect(await stores.isInTrash(trashed)).toBe(true);
      });

      it('of a container that has none, or that does not exist, is empty', async () => {
        await stores.addContainer('backup', 'untouched');
        await stores.backup.emptyTrash(parseContainerName('untouched'));
        await stores.backup.emptyTrash(parseContainerName('nowhere'));
      });
    });

    describe('delete', () => {
      it('of a file leaves the directory that it was in', async () => {
        const { key, etag } = await newFile('backup');
        expect(await stores.backup.delete(key, etag)).toEqual({ outcome: 'written' });
        expect(await stores.backup.read(key)).toEqual(ABSENT);
        await directory('backup', parentOf(key));
      });

      it('leaves the directory that took the place of a file', async () => {
        const { key, etag } = await newFile('backup');
        await stores.remove('backup', key);
        await stores.makeDirectory('backup', key);
        expect(await stores.backup.delete(key, etag)).toEqual({ outcome: 'backup-moved' });
        await directory('backup', key);
      });

      it('leaves a directory that anything is in, even by its own ETag', async () => {
        const { key, etag } = await newDirectory('backup');
        await stores.put('backup', below(key, 'f'), { content: 'x' });
        expect(await stores.backup.delete(key, etag)).toEqual({ outcome: 'backup-moved' });
        expect(await stores.content('backup', below(key, 'f'))).toBe('x');
      });
    });

    describe('listBlobs', () => {
      const container = 'listed';
      const paths = ['d', 'd/e', 'd/e/f', 'd/f', 'd e', 'd e/f', 'z'];
      const files: ReadonlySet<string> = new Set(['d/e/f', 'd/f', 'd e/f', 'z']);
      beforeAll(async () => {
        await stores.addContainer('backup', container);
        await stores.makeDirectory('backup', parseKey(container, 'd'), { metadata: { Aa: 'b' } });
        for (const path of files)
          await stores.put('backup', parseKey(container, path), {
            content: path,
            metadata: addStamp({}, STAMP),
          });
        await stores.put('backup', parseKey(container, `${RESERVED_DIRECTORY}/x/y`), { content: 'ours' });
      });

      it('gives directories and files, as read does, and nothing of ours', async () => {
        const listed = await list(container);
        expect(listed.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
        for (const { path, isDirectory, etag, stamp } of listed) {
          expect(isDirectory, path).toBe(!files.has(path));
          expect(stamp, path).toEqual(isDirectory ? undefined : STAMP);
          const read = isDirectory ? directory : file;
          expect((await read('backup', parseKey(container, path))).etag).toBe(etag);
        }
      });

      it('gives the metadata of directories as it was written', async () => {
        const listed = await list(container);
        expect(listed.find(({ path }) => path === 'd')?.metadata).toEqual({ Aa: 'b' });
        expect(listed.find(({ path }) => path === 'd/e')?.metadata).toEqual({});
      });

      it('has a directory before all that is below it', async () => {
        const order = (await list(container)).map(({ path }): string => path);
        for (const [parent, child] of [
          ['d', 'd/e'],
          ['d/e', 'd/e/f'],
          ['d e', 'd e/f'],
        ] as const)
          expect(order.indexOf(parent), parent).toBeLessThan(order.indexOf(child));
      });

      it('gives what is below a directory, and what comes after a path, in one order throughout', async () => {
        const all = (await list(container)).map(({ path }) => path);
        for (const prefix of ['', 'd', 'd/', 'd/e/', 'd e/', 'nothing/']) {
          const under = all.filter((path) => path.startsWith(prefix));
          const listed = await list(container, { prefix });
          expect(listed.map(({ path }) => path)).toEqual(under);
          for (const [index, after] of under.entries()) {
            const rest = await list(container, { prefix, after: parseBlobPath(after) });
            expect(
              rest.map(({ path }) => path),
              `after ${after}`,
            ).toEqual(under.slice(index + 1));
          }
        }
      });
    });
  });
}
