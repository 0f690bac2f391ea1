import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterPrefix, compareNames } from '../../src/store/listing.ts';
import { blob, makeRoot, makeStore, put } from './support.ts';

const names = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '\uffff', '\ud7ff', '\ue000', '\u{10000}', '\u{10ffff}', 'é'),
  maxLength: 4,
});
const inBytes = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right));

describe('the order of names', () => {
  it('is that of the bytes of UTF-8', () => {
    fc.assert(
      fc.property(names, names, (left, right) => {
        expect(Math.sign(compareNames(left, right))).toBe(inBytes(left, right));
      }),
    );
  });

  it('has the names after a prefix from one name on', () => {
    fc.assert(
      fc.property(names.filter(Boolean), names, (prefix, name) => {
        const next = afterPrefix(prefix);
        const isAfter = inBytes(name, prefix) > 0 && !name.startsWith(prefix);
        expect(next !== undefined && inBytes(name, next) >= 0).toBe(isAfter);
      }),
    );
  });
});

describe('a listing of a directory', () => {
  it('has the names with a prefix from a place on, in order, each once', async () => {
    const store = await makeStore();
    fc.assert(
      fc.property(
        fc.uniqueArray(names.filter(Boolean), { maxLength: 30 }),
        names,
        names,
        fc.boolean(),
        (all, prefix, name, isIncluded) => {
          const root = makeRoot(store);
          for (const each of all) put(store, root, each);
          const expected = all
            .filter((each) => each.startsWith(prefix))
            .filter((each) => (isIncluded ? inBytes(each, name) >= 0 : inBytes(each, name) > 0))
            .toSorted(inBytes);
          for (const withSnapshots of [false, true]) {
            const rows = store.listing.rows(root, prefix, { name, isIncluded }, withSnapshots);
            expect([...rows].map((row) => row[2])).toEqual(expected);
          }
          store.write(() => store.blobs.discard(root));
        },
      ),
    );
  });

  it('crosses batches, and goes on from where its reader says', async () => {
    const store = await makeStore();
    const root = makeRoot(store);
    const all = Array.from({ length: 2000 }, (_, index) => String(index).padStart(4, '0'));
    store.write(() => {
      for (const name of all.toReversed()) put(store, root, name);
    });
    const from = { name: '', isIncluded: true };
    expect([...store.listing.rows(root, '', from)].map((row) => row[2])).toEqual(all);
    const jumping = store.listing.rows(root, '', from);
    const seen: unknown[] = [];
    for (
      let row = jumping.next();
      row.done !== true;
      row = jumping.next(afterPrefix(String(row.value[2]).slice(0, 2)))
    )
      seen.push(row.value[2]);
    expect(seen).toEqual(all.filter((name) => name.endsWith('00')));
  });

  it('has the snapshots of a blob before it, oldest first, however many there are', async () => {
    const store = await makeStore();
    const root = makeRoot(store);
    const times = Array.from({ length: 1200 }, (_, index) => String(index).padStart(4, '0'));
    store.write(() => {
      for (const name of ['a', 'b', 'c']) put(store, root, name);
      for (const snapshot of times)
        store.blobs.insert(blob('b', { snapshot }), { parent: root, segment: 'b' });
    });
    const rows = [...store.listing.rows(root, '', { name: '', isIncluded: true }, true)];
    expect(rows.map((row) => [row[2], row[4]])).toEqual([
      ['a', ''],
      ...times.map((time) => ['b', time]),
      ['b', ''],
      ['c', ''],
    ]);
    expect([...store.listing.rows(root, '', { name: '', isIncluded: true })]).toHaveLength(3);
  });
});
