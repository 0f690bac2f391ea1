import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEtag } from '../../src/model/etag.ts';
import { type Key, parseBlobPath, parseContainerName, parseKey } from '../../src/model/key.ts';
import { type BlobPresent, type Reading, isBlob } from '../../src/model/reading.ts';
import { addStamp } from '../../src/model/stamp.ts';
import type { ListRange } from '../../src/ports/blob-reader.ts';
import type { ComparisonRequest } from '../../src/ports/backup-store.ts';
import { describeReplacing } from './replace.contract.ts';
import { ODD_METADATA, ODD_TAGS } from '../support/odd-metadata.ts';
import type { StoresUnderTest } from './stores.ts';

const STAMP = {
  account: 'sourceaccount',
  etag: parseEtag('0xABC'),
  lastModified: new Date('2026-11-21T20:00:00Z'),
};

/**
 * What the ports promise, for every pair of stores: in memory and on real accounts. Index tags, and names
 * that mean something else in a tree, are for flat accounts only. A backup that keeps versions has one kind for each name.
 */
export function describePorts(
  name: string,
  create: () => Promise<StoresUnderTest>,
  { hierarchical = false, keepsVersions = false } = {},
): void {
  const onFlat = hierarchical ? undefined : it;
  describe(`the ports ${name}`, () => {
    let stores: StoresUnderTest;
    let keys = 0;
    beforeAll(async () => {
      stores = await create();
      for (const side of ['source', 'backup'] as const) await stores.addContainer(side, 'photos');
    });
    afterAll(async () => {
      await stores.stop();
    });

    const newKey = (): Key => parseKey('photos', `dir/blob ${++keys} ü%.txt`);

    async function present(side: 'source' | 'backup', key: Key): Promise<BlobPresent> {
      const reading = await stores[side].read(key);
      if (!isBlob(reading)) throw new Error(`${key.path} is not there`);
      return reading;
    }

    async function copyNew(key: Key): Promise<void> {
      const source = await present('source', key);
      const outcome = await stores.backup.copy({
        key,
        source,
        metadata: source.metadata,
        tier: undefined,
        tags: {},
        condition: { nothingThere: true },
      });
      expect(outcome).toMatchObject({ kind: 'written' });
    }

    describe('read', () => {
      it('tells a missing blob from a missing container', async () => {
        expect(await stores.source.read(newKey())).toEqual({
          present: false,
          container: 'exists',
        } satisfies Reading);
        expect(await stores.source.read(parseKey('nowhere', 'x'))).toEqual({
          present: false,
          container: 'missing',
        } satisfies Reading);
      });

      it('returns content headers and metadata unchanged, the case of names included', async () => {
        const key = newKey();
        const headers = {
          contentType: 'text/x',
          contentEncoding: 'identity',
          contentLanguage: 'de',
          contentDisposition: 'inline',
          cacheControl: 'no-store',
        };
        await stores.put('source', key, {
          content: 'hello',
          headers,
          metadata: { CamelCase: 'Value', lower: 'x' },
        });
        const reading = await present('source', key);
        expect(reading).toMatchObject({ size: 5, kind: 'block', headers, archived: false, stamp: undefined });
        expect(reading.metadata).toEqual({ CamelCase: 'Value', lower: 'x' });
      });

      it('returns metadata whose names are members of objects', async () => {
        const key = newKey();
        await stores.put('source', key, { content: 'x', metadata: ODD_METADATA });
        expect((await present('source', key)).metadata).toEqual(ODD_METADATA);
      });

      it('removes the stamp from the metadata', async () => {
        const key = newKey();
        await stores.put('backup', key, { content: 'x', metadata: addStamp({ a: 'b' }, STAMP) });
        expect(await present('backup', key)).toMatchObject({ metadata: { a: 'b' }, stamp: STAMP });
      });

      it('returns another ETag after every write, also of the same content', async () => {
        const key = newKey();
        const seen = new Set<string>();
        for (let i = 0; i < 3; i++) {
          await stores.put('source', key, { content: 'same' });
          seen.add((await present('source', key)).etag);
        }
        expect(seen.size).toBe(3);
      });

      it('reports the other kinds of blob, and an archived one', async () => {
        const [append, archived] = [newKey(), newKey()];
        await stores.put('source', append, { content: 'x', kind: 'append' });
        await stores.put('source', archived, { content: 'x', archived: true });
        expect((await present('source', append)).kind).toBe('append');
        expect((await present('source', archived)).archived).toBe(true);
      });
    });

    describe('copy', () => {
      it('carries content and headers, and exactly the given metadata', async () => {
        const key = newKey();
        await stores.put('source', key, {
          content: 'hello',
          headers: { contentType: 'text/x', cacheControl: 'no-store' },
          metadata: { old: '1' },
        });
        const source = await present('source', key);
        const metadata = addStamp({ New: '2' }, STAMP);
        expect(
          await stores.backup.copy({
            key,
            source,
            metadata,
            tier: undefined,
            tags: {},
            condition: { nothingThere: true },
          }),
        ).toMatchObject({ kind: 'written' });
        expect(await stores.content('backup', key)).toBe('hello');
        expect(await present('backup', key)).toMatchObject({
          headers: { contentType: 'text/x', cacheControl: 'no-store' },
          metadata: { New: '2' },
          stamp: STAMP,
        });
      });

      it('carries metadata whose names are members of objects, as does a restamp', async () => {
        const key = newKey();
        await stores.put('source', key, { content: 'x', metadata: ODD_METADATA });
        await copyNew(key);
        const copied = await present('backup', key);
        expect(copied.metadata).toEqual(ODD_METADATA);
        const metadata = addStamp(ODD_METADATA, STAMP);
        const outcome = await stores.backup.restamp({ key, metadata, ifMatch: copied.etag });
        expect(outcome).toMatchObject({ kind: 'written' });
        expect(await present('backup', key)).toMatchObject({ metadata: ODD_METADATA, stamp: STAMP });
        const listed = [];
        for await (const page of stores.backup.listBlobs(key.container))
          listed.push(...page.entries.filter(({ path }) => path === key.path));
        expect(listed.map(({ stamp }) => stamp)).toEqual([STAMP]);
      });

      it('is lost to the backup when something is there and nothing should be', async () => {
        const key = newKey();
        await stores.put('source', key, { content: 'new' });
        await stores.put('backup', key, { content: 'old' });
        const source = await present('source', key);
        expect(
          await stores.backup.copy({
            key,
            source,
            metadata: {},
            tier: undefined,
            tags: {},
            condition: { nothingThere: true },
          }),
        ).toMatchObject({ kind: 'backup-precondition-failed' });
        expect(await stores.content('backup', key)).toBe('old');
      });

      it('replaces the version that it names and no other', async () => {
        const key = newKey();
        await stores.put('source', key, { content: 'new' });
        await stores.put('backup', key, { content: 'old' });
        const source = await present('source', key);
        const { etag } = await present('backup', key);
        await stores.put('backup', key, { content: 'newer' });
        expect(
          await stores.backup.copy({
            key,
            source,
            metadata: {},
            tier: undefined,
            tags: {},
            condition: { ifMatch: etag },
          }),
        ).toMatchObject({ kind: 'backup-precondition-failed' });
        expect(await stores.content('backup', key)).toBe('newer');
        const now = await present('backup', key);
        expect(
          await stores.backup.copy({
            key,
            source,
            metadata: {},
            tier: undefined,
            tags: {},
            condition: { ifMatch: now.etag },
          }),
        ).toMatchObject({ kind: 'written' });
        expect(await stores.content('backup', key)).toBe('new');
      });

      it('is lost to the backup when the version that it names is gone, or the container is', async () => {
        const key = newKey();
        await stores.put('source', key, { content: 'new' });
        await stores.put('backup', key, { content: 'old' });
        const source = await present('source', key);
        const { etag } = await present('backup', key);
        await stores.remove('backup', key);
        expect(
          await stores.backup.copy({
            key,
            source,
            metadata: {},
            tier: undefined,
            tags: {},
            condition: { ifMatch: etag },
          }),
        ).toMatchObject({ kind: 'backup-precondition-failed' });

        const elsewhere = parseKey('only-on-source', 'x');
        await stores.put('source', elsewhere, { content: 'x' });
        const there = await present('source', elsewhere);
        expect(
          await stores.backup.copy({
            key: elsewhere,
            source: there,
            metadata: {},
            tier: undefined,
            tags: {},
            condition: { nothingThere: true },
          }),
        ).toMatchObject({ kind: 'backup-precondition-failed' });
      });

      it('is lost to the source when that was overwritten or deleted after it was read', async () => {
        const key = newKey();
        await stores.put('source', key, { content: 'v1' });
        const source = await present('source', key);
        await stores.put('source', key, { content: 'v2' });
        const request = {
          key,
          source,
          metadata: {},
          tier: undefined,
          tags: {},
          condition: { nothingThere: true },
        } as const;
        expect(await stores.backup.copy(request)).toMatchObject({ kind: 'source-precondition-failed' });
        await stores.remove('source', key);
        expect(await stores.backup.copy(request)).toMatchObject({ kind: 'source-precondition-failed' });
        expect(await stores.content('backup', key)).toBeUndefined();
      });

      it('copies an empty blob', async () => {
        const key = newKey();
        await stores.put('source', key, { content: '' });
        await copyNew(key);
        expect(await stores.content('backup', key)).toBe('');
      });
    });

    describe('tier and tags', () => {
      onFlat?.('are set by a copy and changed later, and leave the ETag as it was', async () => {
        const key = newKey();
        await stores.put('source', key, { content: 'x' });
        const source = await present('source', key);
        const outcome = await stores.backup.copy({
          key,
          source,
          metadata: {},
          tier: 'Cool',
          tags: { colour: 'red', 'a b': 'c+d' },
          condition: { nothingThere: true },
        });
        expect(outcome).toMatchObject({ kind: 'written' });
        const copied = await present('backup', key);
        expect(copied).toMatchObject({ tier: 'Cool', tagCount: 2 });
        expect(await stores.backup.readTags(key)).toEqual({ colour: 'red', 'a b': 'c+d' });

        expect(await stores.backup.setTier(key, 'Archive')).toMatchObject({ kind: 'written' });
        expect(await stores.backup.setTags(key, { colour: 'blue' })).toMatchObject({ kind: 'written' });
        expect(await present('backup', key)).toMatchObject({
          etag: copied.etag,
          tier: 'Archive',
          archived: true,
        });
        expect(await stores.backup.readTags(key)).toEqual({ colour: 'blue' });
      });

      onFlat?.('have every name that is legal', async () => {
        const key = newKey();
        await stores.put('source', key, { content: 'x' });
        const source = await present('source', key);
        const condition = { nothingThere: true } as const;
        const request = { key, source, metadata: {}, tier: undefined, tags: ODD_TAGS, condition };
        expect(await stores.backup.copy(request)).toMatchObject({ kind: 'written' });
        const tags = async () => new Map(Object.entries(await stores.backup.readTags(key)));
        expect(await tags()).toEqual(new Map(Object.entries(ODD_TAGS)));

        const others = Object.fromEntries(Object.keys(ODD_TAGS).map((tag) => [tag, 'other']));
        expect(await stores.backup.setTags(key, others)).toMatchObject({ kind: 'written' });
        expect(await tags()).toEqual(new Map(Object.entries(others)));
      });

      it('are lost to the backup when the blob is gone', async () => {
        expect(await stores.backup.setTier(newKey(), 'Cool')).toMatchObject({
          kind: 'backup-precondition-failed',
        });
        if (hierarchical) return;
        expect(await stores.backup.setTags(newKey(), { a: 'b' })).toMatchObject({
          kind: 'backup-precondition-failed',
        });
        expect(await stores.backup.readTags(newKey())).toEqual({});
      });
    });

    describeReplacing(
      {
        get stores() {
          return stores;
        },
        newKey,
        present,
      },
      { hierarchical, keepsVersions },
    );

    describe('restamp', () => {
      it('sets metadata, keeps content, headers and MD5, and gives a new ETag', async () => {
        const key = newKey();
        await stores.put('source', key, {
          content: 'hello',
          headers: { contentType: 'text/x' },
          metadata: { a: '1' },
        });
        await copyNew(key);
        const before = await present('backup', key);
        const outcome = await stores.backup.restamp({
          key,
          metadata: addStamp({ Bee: '2' }, STAMP),
          ifMatch: before.etag,
        });
        expect(outcome).toMatchObject({ kind: 'written' });
        const after = await present('backup', key);
        expect(after).toMatchObject({
          headers: { contentType: 'text/x' },
          metadata: { Bee: '2' },
          stamp: STAMP,
        });
        expect(after.contentMd5).toBe(before.contentMd5);
        expect(after.etag).not.toBe(before.etag);
        expect(await stores.content('backup', key)).toBe('hello');
      });

      it('is lost to the backup when that was replaced or deleted after it was read', async () => {
        const key = newKey();
        await stores.put('backup', key, { content: 'one' });
        const { etag } = await present('backup', key);
        const request = { key, metadata: { x: 'y' }, ifMatch: etag };
        await stores.put('backup', key, { content: 'two' });
        expect(await stores.backup.restamp(request)).toMatchObject({ kind: 'backup-precondition-failed' });
        expect((await present('backup', key)).metadata).toEqual({});
        await stores.remove('backup', key);
        expect(await stores.backup.restamp(request)).toMatchObject({ kind: 'backup-precondition-failed' });
      });
    });

    describe('compareContent', () => {
      async function both(theirs: string, ours: string): Promise<ComparisonRequest> {
        const key = newKey();
        await stores.put('source', key, { content: theirs });
        await stores.put('backup', key, { content: ours });
        return { key, source: await present('source', key), backup: await present('backup', key) };
      }
      const compare = async (request: ComparisonRequest) => await stores.backup.compareContent(request);

      it('distinguishes equal bytes from others of the same length, and from fewer', async () => {
        expect(await compare(await both('balance=0100', 'balance=0100'))).toEqual({ kind: 'same' });
        expect(await compare(await both('balance=0100', 'balance=9999'))).toEqual({ kind: 'different' });
        expect(await compare(await both('balance=0100', 'balance'))).toEqual({ kind: 'different' });
        expect(await compare(await both('', ''))).toEqual({ kind: 'same' });
      });

      it('says which side is no longer the version that was read', async () => {
        const atSource = await both('x', 'x');
        await stores.put('source', atSource.key, { content: 'x' });
        expect(await compare(atSource)).toEqual({ kind: 'source-precondition-failed' });
        const gone = await both('x', 'x');
        await stores.remove('source', gone.key);
        expect(await compare(gone)).toEqual({ kind: 'source-precondition-failed' });
        const onBackup = await both('x', 'x');
        await stores.put('backup', onBackup.key, { content: 'x' });
        expect(await compare(onBackup)).toEqual({ kind: 'backup-precondition-failed' });
      });

      it('stops after a piece when asked to, and continues from there', async () => {
        const long = 'x'.repeat(9 * 1024 * 1024);
        const request = await both(long, `${long.slice(0, -1)}y`);
        const stopped = await compare({ ...request, mustStop: () => true });
        const equal = stopped.kind === 'unfinished' ? stopped.equal : undefined;
        expect(equal).toBeGreaterThan(0);
        expect(equal).toBeLessThan(long.length);
        expect(await compare({ ...request, equal: equal ?? 0, mustStop: () => true })).toEqual({
          kind: 'different',
        });
      });
    });

    describe('delete', () => {
      it('deletes the version that it names and no other', async () => {
        const key = newKey();
        await stores.put('backup', key, { content: 'one' });
        const { etag } = await present('backup', key);
        await stores.put('backup', key, { content: 'two' });
        expect(await stores.backup.delete(key, etag, 'absent-at-source')).toMatchObject({
          kind: 'backup-precondition-failed',
        });
        expect(await stores.content('backup', key)).toBe('two');
        expect(
          await stores.backup.delete(key, (await present('backup', key)).etag, 'absent-at-source'),
        ).toMatchObject({
          kind: 'written',
        });
        expect(await stores.content('backup', key)).toBeUndefined();
      });

      it('is refused where a user made snapshots, which are kept, also when the blob was overwritten afterwards', async () => {
        const key = newKey();
        await stores.put('backup', key, { content: 'one' });
        await stores.snapshot('backup', key);
        await stores.put('backup', key, { content: 'two' });
        const { etag } = await present('backup', key);
        expect(await stores.backup.delete(key, parseEtag('0x1'), 'absent-at-source')).toMatchObject({
          kind: 'backup-precondition-failed',
        });
        expect(await stores.backup.delete(key, etag, 'absent-at-source')).toEqual({
          kind: 'refused',
          reason: 'backup-has-snapshots',
        });
        expect(await stores.content('backup', key)).toBe('two');
        await stores.removeSnapshots('backup', key);
        expect(await stores.backup.delete(key, etag, 'absent-at-source')).toMatchObject({ kind: 'written' });
        expect(await stores.content('backup', key)).toBeUndefined();
      });

      it('is lost to the backup when nothing is there any more', async () => {
        expect(await stores.backup.delete(newKey(), parseEtag('0x1'), 'absent-at-source')).toMatchObject({
          kind: 'backup-precondition-failed',
        });
      });
    });

    describe('containers', () => {
      it('are created once, with their metadata and the case of its names', async () => {
        const fresh = parseContainerName('fresh');
        expect(await stores.backup.readContainer(fresh)).toBeUndefined();
        await stores.backup.createContainer(fresh, { Colour: 'red' });
        await stores.backup.createContainer(fresh, { Colour: 'blue' });
        expect(await stores.backup.readContainer(fresh)).toEqual({ Colour: 'red' });
        const odd = parseContainerName('odd');
        await stores.backup.createContainer(odd, ODD_METADATA);
        expect(await stores.backup.readContainer(odd)).toEqual(ODD_METADATA);
      });

      it('are listed', async () => {
        const names: string[] = [];
        for await (const page of stores.source.listContainers()) names.push(...page);
        expect(names).toContain('photos');
      });
    });

    describe('listBlobs', () => {
      onFlat?.('gives path, ETag and stamp of every blob, as read does', async () => {
        const container = 'listed';
        await stores.addContainer('backup', container);
        const paths = ['a', 'b/c', 'b/ü %2F', 'z'];
        for (const path of paths)
          await stores.put('backup', parseKey(container, path), {
            content: path,
            metadata: addStamp({}, STAMP),
          });
        const listed = [];
        for await (const page of stores.backup.listBlobs(parseContainerName(container)))
          listed.push(...page.entries);
        expect(listed.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
        for (const { path, etag, stamp } of listed) {
          expect(await stores.backup.read(parseKey(container, path))).toMatchObject({ etag, stamp });
        }
      });

      onFlat?.('returns names with a prefix and after a path, always in the same order', async () => {
        const container = parseContainerName('ranged');
        const paths = [
          'Z',
          '%41',
          'a',
          'a b',
          'a/',
          'a/b',
          'a/b c',
          'a/ü',
          'ab',
          '~',
          'ü',
          '\uFFEE',
          '💎',
          '💎/x',
        ];
        for (const path of paths) await stores.put('source', parseKey(container, path), { content: path });
        const list = async (range: ListRange): Promise<string[]> => {
          const listed: string[] = [];
          for await (const page of stores.source.listBlobs(container, range))
            listed.push(...page.entries.map(({ path }) => path));
          return listed;
        };
        const all = await list({});
        expect(new Set(all)).toEqual(new Set(paths));
        for (const prefix of ['', 'a', 'a/', 'a/b', '💎', 'nothing']) {
          const under = all.filter((path) => path.startsWith(prefix));
          expect(await list({ prefix })).toEqual(under);
          for (const [i, path] of under.entries())
            expect(await list({ prefix, after: parseBlobPath(path) }), path).toEqual(under.slice(i + 1));
        }
        await stores.remove('source', parseKey(container, 'a/b'));
        expect(await list({ prefix: 'a/b', after: parseBlobPath('a/b') })).toEqual(['a/b c']);
      });

      it('is empty for a container that does not exist', async () => {
        const listed = [];
        for await (const page of stores.source.listBlobs(parseContainerName('nowhere')))
          listed.push(...page.entries);
        expect(listed).toEqual([]);
      });
    });
  });
}
