import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentStore } from '../../src/ports/document-store.ts';

interface StoreUnderTest {
  readonly documents: DocumentStore;
  stop(): Promise<void>;
}

/** Bytes that a real account is asked for at once. */
const PIECE = 4 * 1024 * 1024;
const NOTHING_THERE = { nothingThere: true } as const;

/** What every store of documents promises. */
export function describeDocuments(kind: string, open: () => Promise<StoreUnderTest>): void {
  describe(`documents ${kind}`, () => {
    let store: StoreUnderTest;
    let documents: DocumentStore;
    beforeAll(async () => {
      store = await open();
      ({ documents } = store);
    });
    afterAll(async () => await store.stop());

    it('are absent before anything was written', async () => {
      expect(await documents.read('none/a')).toBeUndefined();
      expect(await names('none/')).toEqual([]);
      expect(await lines('none/lines')).toEqual([]);
      await documents.remove('none/a');
    });

    it('are created once', async () => {
      expect(await documents.write('new/a', { a: 'ü', b: [1, null] }, NOTHING_THERE)).toBe('written');
      expect(await documents.write('new/a', { a: 2 }, NOTHING_THERE)).toBe('precondition-failed');
      expect((await documents.read('new/a'))?.value).toEqual({ a: 'ü', b: [1, null] });
    });

    it('are overwritten only if the version that was read is still there', async () => {
      await documents.write('cas/a', 1, NOTHING_THERE);
      const first = await read('cas/a');
      expect(await documents.write('cas/a', 2, first)).toBe('written');
      const second = await read('cas/a');
      expect(second.version).not.toBe(first.version);
      expect(await documents.write('cas/a', 3, first)).toBe('precondition-failed');
      expect((await read('cas/a')).value).toBe(2);
      await documents.remove('cas/a');
      expect(await documents.write('cas/a', 4, second)).toBe('precondition-failed');
      expect(await documents.read('cas/a')).toBeUndefined();
    });

    it('let one of several concurrent writers succeed', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, async (_, i) => await documents.write('race/new', i, NOTHING_THERE)),
      );
      expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1);
      const before = await read('race/new');
      const again = await Promise.all(
        Array.from({ length: 8 }, async (_, i) => await documents.write('race/new', i, before)),
      );
      expect(again.filter((outcome) => outcome === 'written')).toHaveLength(1);
    });

    it('are listed by prefix, in order, without folders', async () => {
      for (const name of ['list/b', 'list/a', 'list/c/d', 'lists'])
        await documents.write(name, 1, NOTHING_THERE);
      await write('list/lines', ['x']);
      expect(await names('list/')).toEqual(['list/a', 'list/b', 'list/c/d', 'list/lines']);
      expect(await names('list/c')).toEqual(['list/c/d']);
      await documents.remove('list/b');
      await documents.remove('list/lines');
      expect(await names('list/')).toEqual(['list/a', 'list/c/d']);
    });

    it('return lines unchanged, whatever is in them', async () => {
      const written = ['plain', '', 'ü 🦊', 'a\rb\u2028c', '{"path":"a\\nb"}', ' end '];
      await write('lines/odd', written);
      expect(await lines('lines/odd')).toEqual(written);
    });

    it('hold more lines than fit in one piece, also with concurrent writers', async () => {
      const text = '\u20ac'.repeat(350);
      const writer = documents.openLines('lines/many');
      const written = Array.from({ length: 5000 }, (_, i) => `${i} ${text}`);
      // The first piece that is read ends amid a character.
      expect((Buffer.from(written.join('\n'))[PIECE] ?? 0) & 0xc0).toBe(0x80);
      for (let i = 0; i < written.length; i += 2500)
        await Promise.all(written.slice(i, i + 2500).map(async (line) => await writer.write(line)));
      expect(await lines('lines/many')).toEqual([]);
      await writer.close();
      expect(await lines('lines/many')).toEqual(written);
    });

    it('make lines visible when they are closed and not before, and replace earlier ones', async () => {
      await write('lines/over', ['old']);
      const writer = documents.openLines('lines/over');
      await writer.write('new');
      expect(await lines('lines/over')).toEqual(['old']);
      await writer.close();
      expect(await lines('lines/over')).toEqual(['new']);
      await documents.openLines('lines/over').close();
      expect(await lines('lines/over')).toEqual([]);
      expect(await names('lines/over')).toEqual([]);
    });

    it('are read only as far as the reader wants', async () => {
      await write('lines/some', ['a', 'b', 'c']);
      for await (const line of documents.readLines('lines/some')) {
        expect(line).toBe('a');
        break;
      }
    });

    async function read(name: string) {
      const found = await documents.read(name);
      if (found === undefined) throw new Error(`there is no ${name}`);
      return found;
    }

    async function names(prefix: string): Promise<readonly string[]> {
      return (await Array.fromAsync(documents.list(prefix))).flat();
    }

    async function lines(name: string): Promise<readonly string[]> {
      return await Array.fromAsync(documents.readLines(name));
    }

    async function write(name: string, written: readonly string[]): Promise<void> {
      const writer = documents.openLines(name);
      for (const line of written) await writer.write(line);
      await writer.close();
    }
  });
}
