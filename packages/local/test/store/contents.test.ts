import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SMALL_BYTES } from '../../src/store/contents.ts';
import { Requests, blob, bytesOf, makeFolder, makeRoot, makeStore, put } from './support.ts';
import { waitFor } from '../support/wait-for.ts';

const sizes = [0, 1, SMALL_BYTES - 1, SMALL_BYTES, SMALL_BYTES + 1, 3 * SMALL_BYTES];
const content = (size: number) => Buffer.from(Array.from({ length: size }, (_, index) => index % 251));

describe.each([['in memory'], ['in a folder']])('contents %s', (where) => {
  const open = async (requests?: Requests) => {
    const folder = where === 'in memory' ? undefined : await makeFolder();
    const store = await makeStore(folder, requests);
    const large = async (): Promise<number> =>
      folder === undefined ? store.bytesHeld() : (await readdir(join(folder, 'contents'))).length;
    return { store, large };
  };

  it.each(sizes)('of %i bytes are read as they came, whole and in part', async (size) => {
    const { store } = await open();
    const root = makeRoot(store);
    const bytes = content(size);
    for (const body of [bytes, Readable.from([bytes.subarray(0, size >> 1), bytes.subarray(size >> 1)])]) {
      const received = await store.contents.receive(body);
      expect((await bytesOf(store, [received])).equals(bytes)).toBe(true);
      const name = `${size}-${body === bytes}`;
      put(store, root, name, received);
      const stored = store.blobs.find(
        { parent: root, segment: name },
        { accountName: 'a', containerName: 'c' },
        name,
      );
      const extents = stored?.persistency === undefined ? [] : [stored.persistency];
      expect((await bytesOf(store, extents)).equals(bytes)).toBe(true);
      const from = Math.min(1, size);
      const to = Math.max(from, size - 1);
      const part = await bytesOf(store, extents, from, to - from);
      expect(part.equals(bytes.subarray(from, to))).toBe(true);
    }
  });

  it('are not read beyond their end', async () => {
    const { store } = await open();
    for (const size of [10, 2 * SMALL_BYTES]) {
      const received = await store.contents.receive(content(size));
      expect(await bytesOf(store, [received], 1, size - 1)).toHaveLength(size - 1);
      await expect(bytesOf(store, [received], 1, size)).rejects.toThrow(RangeError);
    }
  });

  it('are freed when nothing refers to them and no request may read them', async () => {
    const requests = new Requests();
    const { store, large } = await open(requests);
    const root = makeRoot(store);
    const over = requests.start();
    const received = await store.contents.receive(content(2 * SMALL_BYTES));
    const first = put(store, root, 'first', received);
    const stored = store.blobs.byId(first.id, first, 'first');
    const copy = put(store, root, 'copy', stored?.persistency);
    over();
    const held = await large();
    expect(held).toBeGreaterThan(0);
    store.write(() => store.blobs.remove(first.id));
    const reading = requests.start();
    store.write(() => store.blobs.remove(copy.id));
    await new Promise(setImmediate);
    expect(await large()).toBe(held);
    expect(await bytesOf(store, [stored?.persistency ?? received])).toHaveLength(2 * SMALL_BYTES);
    reading();
    await waitFor(async () => expect(await large()).toBe(0));
  });

  it('that no blob came to have are freed when their request is over', async () => {
    const requests = new Requests();
    const { store, large } = await open(requests);
    const over = requests.start();
    await store.contents.receive(content(2 * SMALL_BYTES));
    await new Promise(setImmediate);
    expect(await large()).toBeGreaterThan(0);
    over();
    await waitFor(async () => expect(await large()).toBe(0));
  });

  it('of a transaction that failed are freed when their request is over', async () => {
    const requests = new Requests();
    const { store, large } = await open(requests);
    const root = makeRoot(store);
    const over = requests.start();
    const received = await store.contents.receive(content(2 * SMALL_BYTES));
    const fail = () =>
      store.write(() => {
        store.blobs.insert(blob('a', { persistency: received }), { parent: root, segment: 'a' });
        throw new Error('a condition is not met');
      });
    expect(fail).toThrow('a condition is not met');
    put(store, root, 'another', await store.contents.receive(content(1)));
    over();
    await waitFor(async () => expect(await large()).toBe(0));
  });

  it('of a directory that is discarded are freed, however deep they are', async () => {
    const { store, large } = await open();
    const root = makeRoot(store);
    let parent = root;
    for (let depth = 0; depth < 5; depth++) {
      put(store, parent, 'file', await store.contents.receive(content(SMALL_BYTES + 1)));
      const place = { parent, segment: 'directory' };
      parent = store.write(() => store.blobs.insert(blob('', { kind: 'directory' }), place).id);
    }
    store.write(() => store.blobs.discard(root));
    await waitFor(async () => expect(await large()).toBe(0));
  });
});

describe('a body that ends early', () => {
  it('leaves nothing', async () => {
    const folder = await makeFolder();
    const store = await makeStore(folder);
    const broken = Readable.from(
      (async function* () {
        yield content(SMALL_BYTES + 1);
        await Promise.resolve();
        throw new Error('the client went away');
      })(),
    );
    await expect(store.contents.receive(broken)).rejects.toThrow('the client went away');
    expect(await readdir(join(folder, 'contents'))).toEqual([]);
  });
});
