import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSameAccess } from '../../src/model/access.ts';
import { keyText, parseContainerName } from '../../src/model/key.ts';
import { describeMoves } from './moves.contract.ts';
import { ODD_METADATA } from '../support/odd-metadata.ts';
import { createTreeStage, STAMP, ABSENT, STALE, FILE_ACCESS, DIRECTORY_ACCESS } from './tree-stage.ts';
import type { TreeStoresUnderTest } from './tree-stores.ts';
import { describeTreeListing } from './tree-listing.contract.ts';

/** What the ports additionally promise for hierarchical accounts: in memory and on real accounts. */
export function describeDirectories(name: string, create: () => Promise<TreeStoresUnderTest>): void {
  describe(`the ports of hierarchical accounts ${name}`, () => {
    let stores: TreeStoresUnderTest;
    beforeAll(async () => {
      stores = await create();
      for (const side of ['source', 'backup'] as const) await stores.addContainer(side, 'lake');
    });
    afterAll(async () => {
      await stores.stop();
    });
    const stage = createTreeStage(() => stores);
    const { newKey, below, parentOf, file, directory, newDirectory, newFile, copyTo } = stage;

    describe('read', () => {
      it('returns metadata of a directory with the case of names, and nothing that the service adds', async () => {
        const key = newKey();
        const before = new Date();
        await stage.stores.makeDirectory('source', key, { metadata: { CamelCase: 'Value', lower: 'x' } });
        const reading = await directory('source', key);
        expect(reading.metadata).toEqual({ CamelCase: 'Value', lower: 'x' });
        expect(reading.lastModified).toBeInstanceOf(Date);
        expect(reading.readAt.getTime()).toBeGreaterThanOrEqual(before.getTime() - 1000);
        expect(reading.readAt.getTime()).toBeLessThanOrEqual(Date.now());
        expect(await directory('source', parentOf(key))).toMatchObject({ metadata: {} });
      });

      it('gives metadata of a directory whose names are members of objects, and makes one with it', async () => {
        const key = newKey();
        await stage.stores.makeDirectory('source', key, { metadata: ODD_METADATA });
        const { metadata, access } = await directory('source', key);
        expect(metadata).toEqual(ODD_METADATA);
        await stage.stores.backup.createDirectory({ key, metadata, access });
        expect((await directory('backup', key)).metadata).toEqual(ODD_METADATA);
      });

      it('returns the access of a directory and of a file', async () => {
        const [{ key: inside }, { key: whole }] = [await newFile('source'), await newDirectory('source')];
        await stage.stores.setAccess('source', inside, FILE_ACCESS);
        await stage.stores.setAccess('source', whole, DIRECTORY_ACCESS);
        const [ofFile, ofDirectory] = [await file('source', inside), await directory('source', whole)];
        expect(ofFile.access).toMatchObject({ owner: 'alice', group: 'staff', permissions: 'rwxr-x---' });
        expect(isSameAccess(ofFile.access, FILE_ACCESS)).toBe(true);
        expect(ofDirectory.access).toMatchObject({ owner: 'alice', permissions: 'rwxr-x--x' });
        expect(isSameAccess(ofDirectory.access, DIRECTORY_ACCESS)).toBe(true);
      });

      it('finds nothing below a directory that is missing, and nothing below a file', async () => {
        expect(await stage.stores.source.read(newKey())).toEqual(ABSENT);
        const { key } = await newFile('source');
        expect(await stage.stores.source.read(below(key, 'x'))).toEqual(ABSENT);
        expect(await stage.stores.source.read(below(key, 'x/y'))).toEqual(ABSENT);
      });

      it('of a directory does not change when something is put into it', async () => {
        const { key, etag } = await newDirectory('source');
        await stage.stores.put('source', below(key, 'f'), { content: 'x' });
        expect(await directory('source', key)).toMatchObject({ etag });
      });
    });

    describe('createDirectory', () => {
      it('creates one with metadata and access, and those above it', async () => {
        const key = newKey();
        const metadata = { CamelCase: 'Värde, a=b', lower: 'x' };
        expect(
          await stage.stores.backup.createDirectory({ key, metadata, access: DIRECTORY_ACCESS }),
        ).toEqual({
          kind: 'written',
          access: 'set',
        });
        const made = await directory('backup', key);
        expect(made.metadata).toEqual(metadata);
        expect(made.access).toBeDefined();
        expect(isSameAccess(made.access, DIRECTORY_ACCESS)).toBe(true);
        expect(await directory('backup', parentOf(key))).toMatchObject({ metadata: {} });
      });

      it("without access gives the directory the service's default", async () => {
        const key = newKey();
        expect(
          await stage.stores.backup.createDirectory({ key, metadata: {}, access: undefined }),
        ).toMatchObject({
          kind: 'written',
        });
        expect((await directory('backup', key)).access).toBeDefined();
      });

      it('is lost to an existing directory or file, and below a file', async () => {
        const [{ key: other, etag }, { key: aFile }] = [
          await newDirectory('backup'),
          await newFile('backup'),
        ];
        for (const key of [other, aFile, below(aFile, 'x'), below(aFile, 'x/y')])
          expect(
            await stage.stores.backup.createDirectory({ key, metadata: { a: 'b' }, access: undefined }),
            keyText(key),
          ).toEqual({ kind: 'backup-precondition-failed' });
        expect(await directory('backup', other)).toMatchObject({ etag, metadata: {} });
        expect(await stage.stores.content('backup', aFile)).toBe('x');
      });
    });

    describe('copy', () => {
      it('into a missing directory creates it', async () => {
        const key = below(newKey(), 'deeper/f');
        expect(await copyTo(key)).toMatchObject({ kind: 'written' });
        expect(await stage.stores.content('backup', key)).toBe('copied');
        expect(await file('backup', key)).toMatchObject({ stamp: STAMP });
        await directory('backup', parentOf(key));
        await directory('backup', parentOf(parentOf(key)));
      });

      it('onto a directory is lost to the backup, whatever its condition', async () => {
        const { key, etag } = await newDirectory('backup');
        expect(await copyTo(key)).toMatchObject({ kind: 'backup-precondition-failed' });
        expect(await copyTo(key, { ifMatch: etag })).toMatchObject({ kind: 'backup-precondition-failed' });
        expect(await directory('backup', key)).toMatchObject({ etag });
      });

      it('below a file is lost to the backup', async () => {
        const { key } = await newFile('backup');
        expect(await copyTo(below(key, 'x'))).toMatchObject({ kind: 'backup-precondition-failed' });
        expect(await copyTo(below(key, 'x/y'))).toMatchObject({ kind: 'backup-precondition-failed' });
        expect(await stage.stores.content('backup', key)).toBe('x');
      });
    });

    describe('setAccess', () => {
      it('sets owner, group, permissions and list of a file and of a directory', async () => {
        const [{ key: inside }, { key: whole }] = [await newFile('backup'), await newDirectory('backup')];
        const set = { kind: 'written', access: 'set' };
        expect(await stage.stores.backup.setAccess(inside, FILE_ACCESS)).toEqual(set);
        expect(await stage.stores.backup.setAccess(whole, DIRECTORY_ACCESS)).toEqual(set);
        const [ofFile, ofDirectory] = [await file('backup', inside), await directory('backup', whole)];
        expect(ofFile.access).toBeDefined();
        expect(ofDirectory.access).toBeDefined();
        expect(isSameAccess(ofFile.access, FILE_ACCESS)).toBe(true);
        expect(isSameAccess(ofDirectory.access, DIRECTORY_ACCESS)).toBe(true);
      });

      it('removes the entries that are not in the list', async () => {
        const { key } = await newFile('backup');
        await stage.stores.setAccess('backup', key, FILE_ACCESS);
        const plain = { ...FILE_ACCESS, acl: 'user::rwx,group::r-x,other::---' };
        expect(await stage.stores.backup.setAccess(key, plain)).toMatchObject({ kind: 'written' });
        expect(isSameAccess((await file('backup', key)).access, plain)).toBe(true);
      });

      it('sets the sticky bit, and removes it where it is told that it is there', async () => {
        const { key } = await newDirectory('backup');
        const sticky = { ...DIRECTORY_ACCESS, permissions: DIRECTORY_ACCESS.permissions.replace(/x$/, 't') };
        for (const access of [sticky, DIRECTORY_ACCESS]) {
          const there = (await directory('backup', key)).access;
          await stage.stores.backup.setAccess(key, access, there);
          expect((await directory('backup', key)).access?.permissions).toBe(access.permissions);
        }
      });

      it('is lost to the backup if nothing is there', async () => {
        expect(await stage.stores.backup.setAccess(newKey(), FILE_ACCESS)).toEqual({
          kind: 'backup-precondition-failed',
        });
      });
    });

    describe('the root of a container', () => {
      const NEW = {
        owner: '$superuser',
        group: '$superuser',
        permissions: 'rwxr-x---',
        acl: 'user::rwx,group::r-x,other::---',
      };
      const nowhere = parseContainerName('nowhere');

      it('has the default access of the service, and the access that a user sets', async () => {
        await stores.addContainer('source', 'rooted');
        const rooted = parseContainerName('rooted');
        expect(await stores.source.readRootAccess(rooted)).toEqual(NEW);
        await stores.setRootAccess('source', 'rooted', DIRECTORY_ACCESS);
        const seen = await stores.source.readRootAccess(rooted);
        expect(seen).toMatchObject({ owner: 'alice', group: 'staff', permissions: 'rwxr-x--x' });
        expect(isSameAccess(seen, DIRECTORY_ACCESS)).toBe(true);
      });

      it('takes owner, group, permissions with the sticky bit, and a list with default entries', async () => {
        const fresh = parseContainerName('fresh-root');
        await stores.backup.createContainer(fresh, {});
        const sticky = { ...DIRECTORY_ACCESS, permissions: 'rwxr-x--t' };
        for (const access of [sticky, DIRECTORY_ACCESS, NEW]) {
          const there = await stores.backup.readRootAccess(fresh);
          expect(await stores.backup.setRootAccess(fresh, access, there)).toEqual({
            kind: 'written',
            access: 'set',
          });
          const seen = await stores.backup.readRootAccess(fresh);
          expect(seen).toBeDefined();
          expect(isSameAccess(seen, access), JSON.stringify(seen)).toBe(true);
        }
      });

      it('is absent if the container is', async () => {
        expect(await stores.source.readRootAccess(nowhere)).toBeUndefined();
        expect(await stores.backup.setRootAccess(nowhere, NEW)).toEqual({
          kind: 'backup-precondition-failed',
        });
      });
    });

    describe('restamp of a directory', () => {
      it('sets its metadata under its ETag, and nothing else', async () => {
        const { key, etag } = await newDirectory('backup');
        await stage.stores.setAccess('backup', key, DIRECTORY_ACCESS);
        await stage.stores.put('backup', below(key, 'f'), { content: 'x' });
        const request = { key, metadata: { Bee: '2' } };
        expect(await stage.stores.backup.restamp({ ...request, ifMatch: STALE })).toEqual({
          kind: 'backup-precondition-failed',
        });
        expect(await stage.stores.backup.restamp({ ...request, ifMatch: etag })).toEqual({
          kind: 'written',
        });
        const after = await directory('backup', key);
        expect(after.metadata).toEqual({ Bee: '2' });
        expect(after.etag).not.toBe(etag);
        expect(isSameAccess(after.access, DIRECTORY_ACCESS)).toBe(true);
        expect(await stage.stores.content('backup', below(key, 'f'))).toBe('x');
      });

      it('is lost to the backup if nothing is there any more', async () => {
        const { key, etag } = await newDirectory('backup');
        await stage.stores.removeDirectory('backup', key);
        expect(
          await stage.stores.backup.restamp({
            key,
            metadata: {},
            ifMatch: etag,
          }),
        ).toEqual({ kind: 'backup-precondition-failed' });
      });
    });

    describe('delete', () => {
      it('of a file leaves its directory', async () => {
        const { key, etag } = await newFile('backup');
        expect(await stage.stores.backup.delete(key, etag, 'absent-at-source')).toEqual({ kind: 'written' });
        expect(await stage.stores.backup.read(key)).toEqual(ABSENT);
        await directory('backup', parentOf(key));
      });

      it('leaves the directory that took the place of a file', async () => {
        const { key, etag } = await newFile('backup');
        await stage.stores.remove('backup', key);
        await stage.stores.makeDirectory('backup', key);
        expect(await stage.stores.backup.delete(key, etag, 'absent-at-source')).toEqual({
          kind: 'backup-precondition-failed',
        });
        await directory('backup', key);
      });

      it('leaves a directory that is not empty, even by its own ETag', async () => {
        const { key, etag } = await newDirectory('backup');
        await stage.stores.put('backup', below(key, 'f'), { content: 'x' });
        expect(await stage.stores.backup.delete(key, etag, 'absent-at-source')).toEqual({
          kind: 'backup-precondition-failed',
        });
        expect(await stage.stores.content('backup', below(key, 'f'))).toBe('x');
      });
    });

    describeMoves(stage);
    describeTreeListing(stage);
  });
}
