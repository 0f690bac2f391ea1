import { describe, expect, it } from 'vitest';
import type { Etag } from '../../src/model/etag.ts';
import { type Key, parseContainerName, parseKey } from '../../src/model/key.ts';
import { RESERVED_DIRECTORY } from '../../src/model/scope.ts';
import { addStamp } from '../../src/model/stamp.ts';
import { STAMP, ABSENT, NOTHING_THERE, STALE, FILE_ACCESS, type TreeStage } from './tree-stage.ts';

/** What hierarchical accounts promise for renames and for deletions of directories. */
export function describeMoves(stage: TreeStage): void {
  const { newKey, below, parentOf, file, directory, newDirectory, newFile, list } = stage;

  describe('rename', () => {
    const rename = async (from: Key, to: Key, ifMatch: Etag, condition = NOTHING_THERE) =>
      await stage.stores.backup.rename({ from, to, ifMatch, condition });

    it('of a file keeps content, ETag, stamp and access', async () => {
      const key = newKey();
      await stage.stores.put('backup', key, { content: 'hello', metadata: addStamp({ Aa: 'b' }, STAMP) });
      await stage.stores.setAccess('backup', key, FILE_ACCESS);
      const before = await file('backup', key);
      const { key: into } = await newDirectory('backup');
      const to = below(into, 'renamed ü%');
      expect(await rename(key, to, before.etag)).toEqual({ kind: 'written' });
      expect(await stage.stores.backup.read(key)).toEqual(ABSENT);
      expect(await file('backup', to)).toEqual({ ...before, readAt: expect.any(Date) as Date });
      expect(await stage.stores.content('backup', to)).toBe('hello');
    });

    it('of a directory moves everything below it, with ETags and stamps', async () => {
      const { key, etag } = await newDirectory('backup');
      await stage.stores.makeDirectory('backup', below(key, 'empty'), { metadata: { a: 'b' } });
      await stage.stores.put('backup', below(key, 'a/b/f'), {
        content: 'deep',
        metadata: addStamp({}, STAMP),
      });
      const before = await file('backup', below(key, 'a/b/f'));
      const to = parseKey(key.container, `${key.path} elsewhere`);
      expect(await rename(key, to, etag)).toEqual({ kind: 'written' });
      expect(await directory('backup', to)).toMatchObject({ etag });
      expect(await file('backup', below(to, 'a/b/f'))).toEqual({
        ...before,
        readAt: expect.any(Date) as Date,
      });
      expect(await directory('backup', below(to, 'empty'))).toMatchObject({ metadata: { a: 'b' } });
      for (const gone of [key, below(key, 'empty'), below(key, 'a/b/f')])
        expect(await stage.stores.backup.read(gone)).toEqual(ABSENT);
    });

    it('replaces the file version that it names and no other', async () => {
      const [one, other] = [await newFile('backup', 'one'), await newFile('backup', 'other')];
      const lost = { kind: 'backup-precondition-failed' };
      expect(await rename(one.key, other.key, one.etag)).toEqual(lost);
      expect(await rename(one.key, other.key, one.etag, { ifMatch: STALE })).toEqual(lost);
      expect(await stage.stores.content('backup', other.key)).toBe('other');
      expect(await rename(one.key, other.key, one.etag, { ifMatch: other.etag })).toEqual({
        kind: 'written',
      });
      expect(await stage.stores.content('backup', other.key)).toBe('one');
      expect(await stage.stores.backup.read(one.key)).toEqual(ABSENT);
    });

    it('is lost when the source of the rename is another version or gone', async () => {
      const [one, whole] = [await newFile('backup', 'one'), await newDirectory('backup')];
      const to = parseKey('lake', `${one.key.path} to`);
      const lost = { kind: 'backup-precondition-failed' };
      expect(await rename(one.key, to, STALE)).toEqual(lost);
      expect(await rename(whole.key, to, STALE)).toEqual(lost);
      await stage.stores.remove('backup', one.key);
      await stage.stores.removeDirectory('backup', whole.key);
      expect(await rename(one.key, to, one.etag)).toEqual(lost);
      expect(await rename(whole.key, to, whole.etag)).toEqual(lost);
      expect(await stage.stores.backup.read(to)).toEqual(ABSENT);
    });

    it('is lost when the file to replace is gone', async () => {
      const [one, other] = [await newFile('backup', 'one'), await newFile('backup', 'other')];
      await stage.stores.remove('backup', other.key);
      expect(await rename(one.key, other.key, one.etag, { ifMatch: other.etag })).toEqual({
        kind: 'backup-precondition-failed',
      });
      expect(await stage.stores.content('backup', one.key)).toBe('one');
    });

    it('is lost where the target directory is missing or a file', async () => {
      const [one, other] = [await newFile('backup', 'one'), await newFile('backup', 'other')];
      for (const to of [newKey(), below(other.key, 'x')])
        expect(await rename(one.key, to, one.etag)).toEqual({ kind: 'backup-precondition-failed' });
      expect(await stage.stores.content('backup', one.key)).toBe('one');
    });

    it('is lost where a file would replace a directory, or a directory anything, or be within itself', async () => {
      const [one, whole, other] = [
        await newFile('backup', 'one'),
        await newDirectory('backup'),
        await newDirectory('backup'),
      ];
      await stage.stores.put('backup', below(other.key, 'f'), { content: 'x' });
      const lost = { kind: 'backup-precondition-failed' };
      expect(await rename(one.key, whole.key, one.etag, { ifMatch: whole.etag })).toEqual(lost);
      expect(await rename(whole.key, one.key, whole.etag, { ifMatch: one.etag })).toEqual(lost);
      expect(await rename(whole.key, other.key, whole.etag)).toEqual(lost);
      expect(await rename(whole.key, other.key, whole.etag, { ifMatch: other.etag })).toEqual(lost);
      expect(await rename(whole.key, below(whole.key, 'x'), whole.etag)).toEqual(lost);
      expect(await stage.stores.content('backup', one.key)).toBe('one');
      expect(await directory('backup', whole.key)).toMatchObject({ etag: whole.etag });
    });
  });

  describe('removeEmptyDirectory', () => {
    it('removes the directory that was read', async () => {
      const { key, etag } = await newDirectory('backup');
      expect(await stage.stores.backup.removeEmptyDirectory(key, STALE)).toEqual({
        kind: 'backup-precondition-failed',
      });
      expect(await stage.stores.backup.removeEmptyDirectory(key, etag)).toEqual({ kind: 'written' });
      expect(await stage.stores.backup.read(key)).toEqual(ABSENT);
      expect(await stage.stores.backup.removeEmptyDirectory(key, etag)).toEqual({
        kind: 'backup-precondition-failed',
      });
    });

    it('leaves one that is not empty', async () => {
      const [full, nested] = [await newDirectory('backup'), await newDirectory('backup')];
      await stage.stores.put('backup', below(full.key, 'f'), { content: 'x' });
      await stage.stores.makeDirectory('backup', below(nested.key, 'd'));
      for (const { key, etag } of [full, nested])
        expect(await stage.stores.backup.removeEmptyDirectory(key, etag)).toEqual({ kind: 'not-empty' });
      expect(await stage.stores.content('backup', below(full.key, 'f'))).toBe('x');
    });

    it('leaves the file that took its place', async () => {
      const { key, etag } = await newDirectory('backup');
      await stage.stores.removeDirectory('backup', key);
      await stage.stores.put('backup', key, { content: 'x' });
      expect(await stage.stores.backup.removeEmptyDirectory(key, etag)).toEqual({
        kind: 'backup-precondition-failed',
      });
      expect(await stage.stores.content('backup', key)).toBe('x');
    });
  });

  describe('the trash', () => {
    async function trash(key: Key, etag: Etag): Promise<Key> {
      const outcome = await stage.stores.backup.moveToTrash(key, etag);
      if (outcome.kind !== 'trashed') throw new Error(`it was not trashed: ${outcome.kind}`);
      return outcome.trashed;
    }

    it('hides a directory and everything below it from readings and listings, until it is deleted', async () => {
      const { key, etag } = await newDirectory('backup');
      await stage.stores.put('backup', below(key, 'a/f'), { content: 'x' });
      const trashed = await trash(key, etag);
      for (const gone of [key, below(key, 'a'), below(key, 'a/f')])
        expect(await stage.stores.backup.read(gone)).toEqual(ABSENT);
      const listed = (await list('lake')).map(({ path }) => path);
      expect(listed).toContain(parentOf(key).path);
      expect(listed.filter((path) => path.startsWith(key.path))).toEqual([]);
      expect(listed.filter((path) => path.startsWith(RESERVED_DIRECTORY))).toEqual([]);
      expect(await list('lake', { prefix: RESERVED_DIRECTORY })).toEqual([]);
      expect(await list('lake', { prefix: `${RESERVED_DIRECTORY}/` })).toEqual([]);
      expect(await stage.stores.isInTrash(trashed)).toBe(true);
      await stage.stores.backup.deleteTrashed(trashed);
      expect(await stage.stores.isInTrash(trashed)).toBe(false);
    });

    it('is lost to the backup when the directory is another one, gone, or a file', async () => {
      const { key, etag } = await newDirectory('backup');
      await stage.stores.put('backup', below(key, 'f'), { content: 'x' });
      const lost = { kind: 'backup-precondition-failed' };
      expect(await stage.stores.backup.moveToTrash(key, STALE)).toEqual(lost);
      expect(await stage.stores.content('backup', below(key, 'f'))).toBe('x');
      await stage.stores.removeDirectory('backup', key);
      expect(await stage.stores.backup.moveToTrash(key, etag)).toEqual(lost);
      await stage.stores.put('backup', key, { content: 'x' });
      expect(await stage.stores.backup.moveToTrash(key, etag)).toEqual(lost);
      expect(await stage.stores.content('backup', key)).toBe('x');
    });

    it('holds two directories of the same name', async () => {
      const first = await newDirectory('backup');
      const one = await trash(first.key, first.etag);
      await stage.stores.makeDirectory('backup', first.key);
      const two = await trash(first.key, (await directory('backup', first.key)).etag);
      expect(two).not.toEqual(one);
      await stage.stores.backup.deleteTrashed(two);
      expect([await stage.stores.isInTrash(one), await stage.stores.isInTrash(two)]).toEqual([true, false]);
    });

    it('takes a directory with the longest path', async () => {
      const key = below(newKey(), `${'ü'.repeat(200)}/${'%'.repeat(200)}`);
      await stage.stores.makeDirectory('backup', key);
      const trashed = await trash(key, (await directory('backup', key)).etag);
      expect(await stage.stores.isInTrash(trashed)).toBe(true);
    });

    it('is deleted once, and a second deletion is no error', async () => {
      const { key, etag } = await newDirectory('backup');
      const trashed = await trash(key, etag);
      await stage.stores.backup.deleteTrashed(trashed);
      await stage.stores.backup.deleteTrashed(trashed);
      expect(await stage.stores.isInTrash(trashed)).toBe(false);
    });

    it('keeps for some time what a worker may be about to delete', async () => {
      const { key, etag } = await newDirectory('backup');
      const trashed = await trash(key, etag);
      await stage.stores.backup.emptyTrash(key.container);
      expect(await stage.stores.isInTrash(trashed)).toBe(true);
    });

    it('of a container that has none, or that does not exist, is empty', async () => {
      await stage.stores.addContainer('backup', 'untouched');
      for (const container of ['untouched', 'nowhere'])
        await expect(stage.stores.backup.emptyTrash(parseContainerName(container))).resolves.toBeUndefined();
    });
  });
}
