import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Etag, parseEtag } from '../../src/model/etag.ts';
import { type Key, parseContainerName, parseKey } from '../../src/model/key.ts';
import { type BlobPresent, isBlob } from '../../src/model/reading.ts';
import { addStamp } from '../../src/model/stamp.ts';
import type { AccountInspector, ListedReading } from '../../src/ports/account-inspector.ts';
import { ODD_METADATA, ODD_TAGS } from '../support/odd-metadata.ts';
import type { StoresUnderTest } from './stores.ts';

/** Stores under test, and an inspector of their backup, which has a public container `opened`. */
export interface InspectedStores extends StoresUnderTest {
  readonly inspector: AccountInspector;
}

const STAMP = {
  account: 'sourceaccount',
  etag: parseEtag('0xABC'),
  lastModified: new Date('2026-11-21T20:00:00Z'),
};
const CONTAINER = parseContainerName('photos');

/** What an inspector promises, in memory and on real accounts. */
export function describeInspector(name: string, create: () => Promise<InspectedStores>): void {
  describe(`the inspector ${name}`, () => {
    let stores: InspectedStores;
    beforeAll(async () => {
      stores = await create();
      await stores.addContainer('backup', CONTAINER);
    });
    afterAll(async () => {
      await stores.stop();
    });

    async function list(container: string, prefix = '', tags = false): Promise<ListedReading[]> {
      const pages = stores.inspector.listReadings(parseContainerName(container), { prefix, tags });
      return (await Array.fromAsync(pages)).flat();
    }

    async function lookAt(key: Key): Promise<BlobPresent> {
      const reading = await stores.inspector.read(key);
      if (!isBlob(reading)) throw new Error('it is not there');
      return reading;
    }

    const etagOf = async (key: Key): Promise<Etag> => (await lookAt(key)).etag;

    it('lists the same readings that single reads return, the case of metadata names included', async () => {
      await stores.put('backup', parseKey('photos', 'listed/full ü%.txt'), {
        content: 'hello',
        headers: { contentType: 'text/x', contentLanguage: 'de', cacheControl: 'no-store' },
        metadata: addStamp({ CamelCase: 'Value' }, STAMP),
      });
      await stores.put('backup', parseKey('photos', 'listed/bare'), { content: '' });
      const listed = await list('photos', 'listed/');
      expect(listed.map(({ path }) => path).toSorted()).toEqual(['listed/bare', 'listed/full ü%.txt']);
      for (const { path, reading } of listed) {
        // A listing does not say when it saw a blob.
        const { readAt: _, ...look } = await lookAt({ container: CONTAINER, path });
        expect({ tagCount: 0, ...reading }).toEqual({ tagCount: 0, ...look });
      }
    });

    it('lists tags on request', async () => {
      const key = parseKey('photos', 'tagged/x');
      await stores.put('backup', key, { content: 'x' });
      await stores.backup.setTags(key, { owner: 'anna' });
      expect(await list('photos', 'tagged/', true)).toMatchObject([{ tags: { owner: 'anna' } }]);
      expect(await list('photos', 'tagged/', false)).toMatchObject([{ tags: {} }]);
    });

    it('lists metadata and tags of every name that is legal', async () => {
      const key = parseKey('photos', 'odd/x');
      await stores.put('backup', key, { content: 'x', metadata: addStamp(ODD_METADATA, STAMP) });
      await stores.backup.setTags(key, ODD_TAGS);
      const [listed] = await list('photos', 'odd/', true);
      expect(listed?.reading).toMatchObject({ stamp: STAMP });
      expect(new Map(Object.entries(listed?.reading.metadata ?? {}))).toEqual(
        new Map(Object.entries(ODD_METADATA)),
      );
      expect(new Map(Object.entries(listed?.tags ?? {}))).toEqual(new Map(Object.entries(ODD_TAGS)));
    });

    it('lists nothing for a container that does not exist', async () => {
      expect(await list('nowhere')).toEqual([]);
    });

    it('reads a range of one version, and no other version', async () => {
      const key = parseKey('photos', 'read');
      await stores.put('backup', key, { content: '0123456789' });
      const etag = await etagOf(key);
      const range = { etag, offset: 3, count: 4 };
      expect(Buffer.from((await stores.inspector.readRange(key, range)) ?? []).toString()).toBe('3456');
      await stores.put('backup', key, { content: 'abcdefghij' });
      expect(await stores.inspector.readRange(key, range)).toBeUndefined();
      await stores.remove('backup', key);
      expect(await stores.inspector.readRange(key, range)).toBeUndefined();
      expect(await stores.inspector.readRange(parseKey('nowhere', 'x'), range)).toBeUndefined();
    });

    it('tells a public container from a private one', async () => {
      await stores.addContainer('backup', 'private');
      const accessOf = async (container: string) =>
        await stores.inspector.readPublicAccess(parseContainerName(container));
      expect(await accessOf('opened')).toBe('blob');
      expect(await accessOf('private')).toBe('none');
      expect(await accessOf('nowhere')).toBe('none');
    });
  });
}
